import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const STARTED = 'http.client.request.start';
/** What an answer takes at most from the server's record of it to its reader. */
const ARRIVES_MS = 1;

/**
 * Knows when nothing is on its way to a server of this process, so that virtual time stands still
 * while real calls are made. `recorded` counts what the server has dealt with.
 */
export function quietLine(host: string, recorded: () => number) {
  let started = recorded();
  let seen = started;
  const onStart = (message: unknown) => {
    const { request } = message as { readonly request: ClientRequest };
    // Long polls wait in real time, and are on the way to nobody.
    if (request.getHeader('host') === host && !request.path.endsWith('/getUpdates')) started++;
  };
  subscribe(STARTED, onStart);
  return {
    async settled(): Promise<void> {
      while (recorded() < started || seen !== recorded()) {
        seen = recorded();
        await wait(ARRIVES_MS);
      }
    },
    close: () => void unsubscribe(STARTED, onStart),
  };
}
