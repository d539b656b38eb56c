import { OpsError } from '#domain/errors.ts';
import { every } from '#workers/every.ts';
import { createHeartbeat, HEARTBEAT_SECONDS } from '#workers/heartbeat.ts';
import type { Core } from './core.ts';

/** Pings HEARTBEAT_URL; does nothing where none is set. Returns how to stop it. */
export async function startHeartbeat(
  { config, repositories, clock, log }: Core,
  pollingAgeMs: () => number | null | undefined,
): Promise<() => Promise<void>> {
  const url = config.settings.HEARTBEAT_URL;
  if (url === undefined) return async () => {};
  // Only here: the process of chat and API does without this library otherwise.
  const { createHttpFactory } = await import('#adapters/http.ts');
  const request = createHttpFactory({ log })({ baseUrl: url });
  const beat = createHeartbeat({
    ...{ fleet: repositories.fleet, pollingAgeMs, clock, log },
    async ping(timeoutMs, signal) {
      const { status } = await request({ method: 'GET', path: '', timeoutMs, signal });
      if (status >= 400) throw new OpsError('upstream', `HEARTBEAT_URL answers ${status}.`);
    },
  });
  return every('heartbeat', HEARTBEAT_SECONDS, beat, { clock, log });
}
