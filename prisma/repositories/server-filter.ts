import type { ServerFilter } from '#domain/repositories.ts';
import type { Prisma } from '#generated/prisma/client.ts';

/** A filter of people and programs as a condition. */
export function serverWhere(filter: ServerFilter): Prisma.ServerWhereInput {
  const { status, provider, group, care, label, search, named } = filter;
  const [key, value] = label === undefined ? [] : split(label);
  // Prisma hands the text to LIKE as it is.
  const text = literal(search ?? '');
  const contains = { contains: text, mode: 'insensitive' } as const;
  return {
    ...(status === undefined ? {} : { status: { in: [...status] } }),
    ...(provider === undefined ? {} : { providerAccount: { provider } }),
    ...(group === undefined ? {} : { group: { name: group } }),
    ...(care === undefined ? {} : { care: { in: [...care] } }),
    ...(named === undefined
      ? {}
      : { AND: [{ OR: [{ handle: { startsWith: literal(named) } }, { providerRef: named }] }] }),
    ...(key === undefined
      ? {}
      : {
          labels: {
            path: [key],
            ...(value === undefined ? { string_contains: '' } : { equals: value }),
          },
        }),
    ...(search === undefined
      ? {}
      : {
          OR: [
            { handle: contains },
            { hostname: contains },
            { notes: contains },
            { connection: { OR: [{ ipv4: contains }, { ipv6: contains }] } },
          ],
        }),
  };
}

const literal = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/** `key=value`, or just `key` for any value. */
function split(label: string): [string, string | undefined] {
  const at = label.indexOf('=');
  return at < 0 ? [label, undefined] : [label.slice(0, at), label.slice(at + 1)];
}
