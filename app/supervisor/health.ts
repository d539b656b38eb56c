import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the address answers 200; false when `signal` fires first. */
export async function waitForHealth(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isHealthy(url)) return true;
    await sleep(100, undefined, { signal }).catch(() => {});
  }
  return false;
}

// node:http and not fetch: fetch alone costs the small supervisor some 10 MB.
function isHealthy(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 3_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy(new Error('timeout')));
    request.once('error', () => resolve(false));
  });
}
