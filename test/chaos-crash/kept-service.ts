import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedService } from '#app/embedded/service.ts';

export type KeptService = Awaited<ReturnType<typeof keepService>>;

/** A server program that can be made to go away, and to come back at the same address. */
export async function keepService(start: () => Promise<EmbeddedService>) {
  let service = await start();
  const { url } = service;
  return {
    url,
    /** As a crash of the machine it runs on. */
    async kill(): Promise<void> {
      process.kill(service.pid, 'SIGKILL');
      while (service.alive()) await sleep(20);
    },
    async start(): Promise<void> {
      service = await start();
      if (service.url !== url) throw new Error('it came back at another address');
    },
    end: () => service.stop(AbortSignal.abort()),
  };
}
