import { type Figure, median } from '../figure.ts';
import { createMemoryStage } from '../memory-stage.ts';

const OPERATIONS = 20;
const ROUNDS = 3;
const STEP = 'install-software';

/** From the start of the process until the first step of an operation that was cut short goes on. */
export const resumeAfterKill: Figure = {
  name: 'resume_after_kill_s',
  unit: 's',
  target: 5,
  peer: 'none: without reclaiming a dead holder the lease alone would take 60',
  realHosts: false,
  async measure(say, signal) {
    const samples: number[] = [];
    const last: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const { first, all } = await killOnce(signal);
      say(`round ${round}: first step after ${first.toFixed(2)} s, all after ${all.toFixed(2)} s`);
      samples.push(first);
      last.push(all);
    }
    return {
      value: median(samples),
      samples,
      conditions: `${OPERATIONS} operations in ${STEP} on servers in memory, supervisor and roles killed with -9, embedded PostgreSQL and Redis left behind; all ended well; the last of them went on after ${median(last).toFixed(2)} s`,
    };
  },
};

async function killOnce(signal: AbortSignal): Promise<{ first: number; all: number }> {
  const stage = await createMemoryStage(OPERATIONS, signal);
  try {
    await stage.start(600_000);
    await stage.allKnown();
    const ids: string[] = [];
    for (const id of stage.ids) ids.push((await stage.rebuild(id)).operation);
    await stage.agent.until(`all operations to be in ${STEP}`, 120, async () => {
      const all = await Promise.all(ids.map(stage.operation));
      return all.every(({ current_step }) => current_step === STEP);
    });
    await stage.agent.kill();
    const { startedAt } = await stage.start(100);
    const ended = await stage.agent.until('all operations to end', 120, async () => {
      const all = await Promise.all(ids.map(stage.operation));
      return all.every(({ status }) => !['queued', 'running', 'waiting'].includes(status)) && all;
    });
    const bad = ended.filter(({ status }) => status !== 'succeeded');
    if (bad.length > 0) throw new Error(`not all ended well: ${JSON.stringify(bad[0])}`);
    const firsts = await Promise.all(
      ids.map(async (id) => {
        const steps = (await stage.agent.events(id)).filter(({ type }) => type === 'step');
        const after = steps.map(({ at }) => Date.parse(at) - startedAt).filter((ms) => ms > 0);
        return Math.min(...after) / 1000;
      }),
    );
    return { first: Math.min(...firsts), all: Math.max(...firsts) };
  } finally {
    await stage.remove();
  }
}
