import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent } from './agent.ts';
import { startProvider } from './provider.ts';

export interface WireOperation {
  readonly id: string;
  readonly status: string;
  readonly current_step: string | null;
}

/** The agent with `servers` managed servers known to it, all of them in memory. */
export async function createMemoryStage(servers: number, signal: AbortSignal) {
  const provider = await startProvider({ servers });
  const agent = await createAgent(
    [process.execPath, join(import.meta.dirname, 'memory-agent.js')],
    {
      ...provider.env,
      SYNC_INTERVAL: '2',
    },
    signal,
  );
  const hosts = join(agent.dataDir, 'hosts');
  mkdirSync(hosts);
  const start = (softwareMs: number) =>
    agent.start({ BENCH_HOSTS: hosts, BENCH_SOFTWARE_MS: String(softwareMs) });
  return {
    ...{ agent, start, sim: provider.sim, ids: provider.ids },
    allKnown: () =>
      agent.until('all servers to be known', 60, async () => {
        const { body } = await agent.api<{ total: number }>('GET', '/api/servers?limit=1');
        return body.total >= servers;
      }),
    /** Orders a rebuild that keeps the disk; the answer's arrival in ms since 1970. */
    async rebuild(id: number): Promise<{ operation: string; answeredAt: number }> {
      const path = `/api/servers/vps-${id}`;
      const order = { status: 'force_rebuild', rebuild: 'reset' };
      const { status, body } = await agent.api<{ operation: WireOperation }>('PATCH', path, order);
      const answeredAt = Date.now();
      if (status !== 202) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
      return { operation: body.operation.id, answeredAt };
    },
    operation: async (id: string) =>
      (await agent.api<WireOperation>('GET', `/api/operations/${id}`)).body,
    async remove() {
      await agent.remove();
      await provider.sim.stop();
    },
  };
}
