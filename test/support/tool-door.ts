import type { Approval } from '#domain/approval.ts';
import { OpsError } from '#domain/errors.ts';
import type { FleetState } from '#domain/fleet.ts';
import type { GroupPolicy } from '#domain/group.ts';
import type { ProviderFacts } from '#domain/provider.ts';
import type { RungRecord } from '#domain/recovery.ts';
import { Secret } from '#domain/secret.ts';
import type { Server } from '#domain/server.ts';
import type { RecoveryPermit } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { createToolCaller } from '#tools/execute.ts';

const facts: ProviderFacts = {
  ref: '1001',
  hostname: null,
  ipv4: '192.0.2.7',
  ipv6: null,
  sshPort: 22,
  label: null,
  state: 'active',
  os: 'debian-12',
  activeTask: null,
  user: 'root',
};

const CALM = { frozenAt: null, breakerOpenAt: null, blindSince: null };
const RECORD = { operationId: 'o1', rung: 'reboot', outcome: 'running', permit: 'auto' };
const APPROVAL = { operationId: 'o1', status: 'used', arguments: { rung: 'reinstall' } };

/** The door of the tools before a provider that notes what it is asked, on a clock of its own. */
export function toolDoor(
  over: {
    facts?: Partial<ProviderFacts>;
    server?: Partial<Server>;
    order?: boolean;
    permit?: RecoveryPermit;
    fleet?: Partial<FleetState>;
    record?: Partial<RungRecord>;
    approval?: Partial<Approval>;
    policy?: Partial<GroupPolicy>;
  } = {},
) {
  const audit: string[] = [];
  const started: unknown[] = [];
  const saved: Secret[] = [];
  const polls: (OpsError | 'running' | 'done')[] = [];
  const server = {
    handle: 'vps-1001',
    provider: 'time4vps',
    providerRef: '1001',
    care: 'managed',
    handsOff: false,
    status: 'provisioning',
    os: null,
    connection: { ipv4: '192.0.2.7', ipv6: null, family: 'ipv4', port: 22, user: 'root' },
    ...over.server,
  } as Server;
  const provider = {
    facts: async () => ({ ...facts, ...over.facts }),
    systems: async () => [{ id: 'debian-12', title: 'Debian 12' }],
    start: async (_ref: string, action: string, options: unknown) => {
      started.push([action, options]);
      return { id: '5', activated: 'now' };
    },
    task: async () => {
      const next = polls.shift() ?? 'done';
      if (next instanceof OpsError) throw next;
      const password = next === 'done' ? new Secret('fresh') : null;
      return { id: '5', state: next, password, message: '' };
    },
  };
  let time = 0;
  const deps = {
    servers: { require: async () => server },
    audit: { append: async (event: { action: string }) => void audit.push(event.action) },
    credentials: {
      save: async ({ secret }: { secret: Secret }) => {
        saved.push(secret);
        return { id: 'c1' };
      },
    },
    providerOf: () => ({
      provider,
      pace: {
        reset_password: { poll: 5, settle: 0, limit: 60 },
        reinstall: { poll: 5, settle: 0, limit: 60 },
      },
    }),
    clock: {
      now: () => new Date(time),
      sleep: async (ms: number) => {
        time += ms;
      },
    },
    keys: { publicKey: 'ssh-ed25519 AAAA' },
    hostSettings: { reinstallOs: null },
    own: { addresses: new Set(['192.0.2.99']) },
    hosts: { drop() {} },
    fleet: { state: async () => ({ ...CALM, ...over.fleet }) },
    groups: {
      require: async () => ({ policy: { mode: 'auto', highest_rung: 'reboot', ...over.policy } }),
    },
    recoveries: { find: async () => ({ ...RECORD, ...over.record }) },
    approvals: { find: async () => ({ ...APPROVAL, ...over.approval }) },
  } as unknown as ToolDeps;
  const stop = new AbortController();
  const tools = createToolCaller(deps, {
    handle: 'vps-1001',
    authority: {
      by: 'api:x',
      operationId: 'o1',
      humanOrder: over.order === false || over.permit ? null : 'force_rebuild',
      permit: over.permit ?? null,
    },
    signal: stop.signal,
    progress: async () => {},
    child: async () => {},
  });
  return { tools, audit, started, saved, polls, stop, elapsed: () => time };
}
