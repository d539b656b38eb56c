import { OpsError, toOpsError } from '#domain/errors.ts';
import type { Clock } from '#domain/ports.ts';
import type { ServerRepository } from '#domain/repositories.ts';
import { addressOf } from '#domain/server.ts';
import type { StepContext, StepResult } from '#domain/step.ts';
import { serverFacts } from '#tools/server/facts.ts';
import { assertSameMachine } from '#tools/server/start-task.ts';

const BUSY_LOOK_MS = 5000;

interface Deps {
  readonly servers: ServerRepository;
  readonly clock: Clock;
}

/**
 * Asks the provider who this is, waits while it is busy with the server, and keeps the facts.
 * Throws what assertSameMachine throws; `busy` after `seconds`, unless what runs is our own task.
 */
export async function confirmedByProvider(
  { deps, server, tools, signal, progress }: StepContext<Deps>,
  { seconds, resuming }: { readonly seconds: number; readonly resuming: boolean },
): Promise<StepResult> {
  const until = deps.clock.now().getTime() + seconds * 1000;
  for (;;) {
    const facts = await tools.call(serverFacts, {});
    try {
      assertSameMachine(server, facts, { strict: false });
      if (addressOf(server.connection) === null && facts.ipv4 === null && facts.ipv6 === null) {
        throw new OpsError('unreachable', `${server.handle} has no address yet.`);
      }
      await deps.servers.setFacts(server.handle, {
        // What the provider does not say stays as it is known.
        ...(facts.os === null ? {} : { os: facts.os }),
        ...(facts.ipv4 === null ? {} : { ipv4: facts.ipv4 }),
        ...(facts.ipv6 === null ? {} : { ipv6: facts.ipv6 }),
        ...(facts.region ? { region: facts.region } : {}),
      });
      return {
        status: 'done',
        summary: `${facts.ref} at ${addressOf(server.connection) ?? facts.ipv4}`,
      };
    } catch (error) {
      const known = toOpsError(error);
      // Our own task of an attempt that was cut short may still run: a later step waits for it.
      if (known.code === 'busy' && resuming) return { status: 'done', summary: known.message };
      if (known.code !== 'busy' || deps.clock.now().getTime() + BUSY_LOOK_MS > until) throw known;
      await progress(known.message);
      await deps.clock.sleep(BUSY_LOOK_MS, signal);
    }
  }
}
