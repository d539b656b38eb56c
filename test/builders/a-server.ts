import type { Repositories } from '#domain/repositories.ts';
import type { Connection, Server } from '#domain/server.ts';

let count = 0;

/** A managed server in status `discovered`, made through the repository. */
export function aServer(
  { servers }: Pick<Repositories, 'servers'>,
  over: {
    readonly handle?: string;
    readonly providerAccount?: string;
    readonly care?: Server['care'];
    readonly group?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly notes?: string;
    readonly connection?: Partial<Connection>;
  } = {},
): Promise<Server> {
  const number = ++count;
  const { connection, ...rest } = over;
  return servers.create({
    handle: `vps-${number}`,
    providerAccount: 'manual',
    providerRef: over.handle ?? String(number),
    care: 'managed',
    by: 'test',
    ...rest,
    connection: {
      ipv4: `10.0.${number >> 8}.${number & 255}`,
      ipv6: null,
      family: 'ipv4',
      port: 22,
      user: 'root',
      become: 'none',
      jumpHost: null,
      ...connection,
    },
  });
}
