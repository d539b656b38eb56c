import type { ToolDeps } from '#domain/tool-deps.ts';

/** For the answer to one try, across the world and back with room to spare. */
const ANSWER_MS = 650;
const APART_MS = 350;

/** Whether a stranger's connection is taken. Two tries, a little apart: a packet may be lost. */
export async function opensOutside(
  host: string,
  port: number,
  signal: AbortSignal,
  { tcp, clock }: Pick<ToolDeps, 'tcp' | 'clock'>,
): Promise<boolean> {
  const tries = [0, APART_MS].map(async (delay) => {
    if (delay > 0) await clock.sleep(delay, signal);
    return tcp.probe(host, port, { timeoutMs: ANSWER_MS, signal });
  });
  return (await Promise.all(tries)).includes('open');
}
