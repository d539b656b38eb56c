import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { ServerRepository } from '#domain/repositories.ts';
import { addressOf, type Connection, ServerHandle } from '#domain/server.ts';

export const HandleParams = z.object({ handle: ServerHandle });

/** Throws `invalid_input` for a jump host nobody knows; that its way ends is checked on storing. */
export async function requireJumpHost(
  servers: ServerRepository,
  jumpHost: string | null | undefined,
): Promise<void> {
  if (!jumpHost || (await servers.find(jumpHost))) return;
  throw new OpsError('invalid_input', `connection.jump_host: there is no server ${jumpHost}.`, {
    hint: 'Name the handle of a known server, or null for none.',
  });
}

/** Throws `invalid_input` when a change of addresses or family leaves no address in use. */
export function requireAddress(connection: Connection, change: Partial<Connection>): void {
  const touches =
    change.family !== undefined || change.ipv4 !== undefined || change.ipv6 !== undefined;
  const changed = { ...connection, ...change };
  if (!touches || addressOf(changed) !== null) return;
  throw new OpsError('invalid_input', `connection.${changed.family}: there is no such address.`, {
    hint: `The server is reached by ${changed.family}; give that address or change the family.`,
  });
}
