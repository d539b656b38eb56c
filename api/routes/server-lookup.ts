import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { ServerRepository } from '#domain/repositories.ts';
import { type Server, ServerHandle } from '#domain/server.ts';

export const HandleParams = z.object({ handle: ServerHandle });

const MAX_HOPS = 4;

/**
 * Throws `invalid_input` unless the jump host is known and its own way does not lead back: a loop
 * would make both servers unreachable.
 */
export async function requireJumpHost(
  servers: ServerRepository,
  handle: string,
  jumpHost: string | null | undefined,
): Promise<void> {
  if (!jumpHost) return;
  let next: string | null = jumpHost;
  for (let hop = 0; next; hop += 1) {
    if (next === handle || hop >= MAX_HOPS) {
      throw new OpsError('invalid_input', `The way to ${handle} over ${jumpHost} does not end.`, {
        hint: `A jump host is reached without ${handle}, over at most ${MAX_HOPS} hops.`,
      });
    }
    const hopServer: Server | null = await servers.find(next);
    if (!hopServer) {
      throw new OpsError('invalid_input', `connection.jump_host: there is no server ${next}.`, {
        hint: 'Name the handle of a known server, or null for none.',
      });
    }
    next = hopServer.connection.jumpHost;
  }
}
