import { OpsError, toOpsError } from '#domain/errors.ts';
import { PHASE_SECONDS } from '#domain/phases.ts';
import { addressOf } from '#domain/server.ts';
import type { Step } from '#domain/step.ts';
import { serverFacts } from '#tools/server/facts.ts';
import { assertSameMachine } from '#tools/server/start-task.ts';
import type { ProvisionDeps } from '../deps.ts';

const BUSY_LOOK_MS = 5000;

/** Asks the provider who this is, waits while it is busy with the server, and keeps the facts. */
export const confirmIdentity: Step<ProvisionDeps> = {
  id: 'confirm-identity',
  title: 'Confirm the identity with the provider',
  timeoutSeconds: PHASE_SECONDS['confirm-identity'],
  weight: 1,
  async run({ deps, server, tools, signal, progress, state }) {
    const resuming =
      state.steps.reinstall !== undefined || state.steps['reset-password'] !== undefined;
    const until = deps.clock.now().getTime() + (PHASE_SECONDS['confirm-identity'] - 10) * 1000;
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
  },
};
