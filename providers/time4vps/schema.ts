import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { ProviderFacts, ProviderServer } from '#domain/provider.ts';

/** HostBill is PHP: an absent text may come as "", null, false or an empty array. */
const toText = (value: unknown): string | null => {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? null : trimmed;
};
const foreign = z.unknown().optional();
const text = foreign.transform(toText);

const address = text.transform((value) => (value !== null && isIP(value) !== 0 ? value : null));

/** A number, or a number as text; anything else would end in a wrong path. */
const identifier = z
  .union([z.number().int().positive(), z.string().regex(/^\d{1,19}$/)])
  .transform(String);

/** `GET /server`: the key is `server_id`. */
export const ServerList = z.array(
  z.object({ server_id: identifier, domain: text, ip: address, label: text }).transform(
    ({ server_id, domain, ip, label }): ProviderServer => ({
      ref: server_id,
      hostname: domain,
      ipv4: ip !== null && !isIPv6(ip) ? ip : null,
      ipv6: ip !== null && isIPv6(ip) ? ip : null,
      sshPort: 22,
      label,
    }),
  ),
);

/** Dates are ISO 8601 with offset, and an empty (or, in old panels, a zero) text until set. */
const toMoment = (value: unknown): string | null => {
  const date = toText(value);
  return date?.startsWith('0000') ? null : date;
};

/** `results` is text; a list or an object of texts is joined. */
const results = z
  .unknown()
  .optional()
  .transform((value): string => {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null) return '';
    return Object.values(value)
      .filter((part) => typeof part === 'string')
      .join('\n');
  });

/** `GET /server/{id}/task/{task_id or name}` and the items of `last_tasks`. */
export const Task = z.object({
  name: text,
  activated: foreign.transform(toMoment),
  // Without this key it is no task: taken for one, it would be waited for in vain.
  completed: foreign.refine((value) => value !== undefined, 'is missing').transform(toMoment),
  results,
});
export type Task = z.output<typeof Task>;

const activeTask = z
  .unknown()
  .optional()
  .transform((value): string | null => {
    if (typeof value === 'string') return value.trim() === '' ? null : value.trim();
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return null;
    const name = (value as { name?: unknown }).name;
    return typeof name === 'string' && name !== '' ? name : 'a task';
  });

/** A positive number, or one as text; null for whatever else PHP makes of it. */
const amount = foreign.transform((value) => {
  const number = typeof value === 'string' ? Number.parseFloat(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : null;
});

const STATES: Readonly<Record<string, ProviderFacts['state']>> = {
  active: 'active',
  suspended: 'suspended',
};

/** `GET /server/{id}`: a flat object that does not hold the id. */
export const ServerDetails = z
  .object({
    domain: text,
    label: text,
    status: z.string(),
    os: text,
    ip: address,
    additional_ip: z.array(z.unknown()).catch([]),
    active_task: activeTask,
    cpu_cores: amount,
    ram_limit: amount,
    disk_limit: amount,
    last_tasks: z.array(Task).catch([]),
  })
  .transform(({ additional_ip, ...details }) => {
    const more = additional_ip.filter((ip): ip is string => typeof ip === 'string');
    const all = [...(details.ip === null ? [] : [details.ip]), ...more];
    return {
      hostname: details.domain,
      label: details.label,
      state: STATES[details.status.toLowerCase()] ?? ('unknown' as const),
      os: details.os,
      ipv4: all.find((ip) => isIP(ip) === 4) ?? null,
      ipv6: all.find((ip) => isIP(ip) === 6) ?? null,
      activeTask: details.active_task,
      resources: {
        cpuCores: details.cpu_cores,
        memoryMb: details.ram_limit,
        diskMb: details.disk_limit,
      },
      lastTasks: details.last_tasks,
      user: details.os?.startsWith('kvm-win-') ? 'Administrator' : 'root',
    };
  });
export type ServerDetails = z.output<typeof ServerDetails>;

/** `GET /server/{id}/oses`. */
export const Systems = z.array(
  z
    .object({ os: z.string().min(1), title: z.string().catch('') })
    .transform(({ os, title }) => ({ id: os, title: title === '' ? os : title })),
);

/** What starting an action answers. */
export const Started = z.object({
  task_id: z.union([z.number().int(), z.string().regex(/^[\w-]{1,64}$/)]).transform(String),
});
