import { loadavg } from 'node:os';
import { findDocker } from '#simulators/hosts/docker.ts';
import { figures } from './figures/index.ts';
import { commit, type Result, table, toResult, write } from './report.ts';

/** `npm run bench -- [figure…]`: measures, prints a table, writes bench/results.json. */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !figures.some((figure) => figure.name === name));
  if (unknown.length > 0) {
    const known = figures.map(({ name }) => `  ${name}`).join('\n');
    process.stderr.write(`No such figure: ${unknown.join(', ')}. There are:\n${known}\n`);
    return 2;
  }
  const chosen = figures.filter(({ name }) => names.length === 0 || names.includes(name));
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const busy = loadavg()[0] ?? 0;
  if (busy > 1) say(`The machine is busy (load ${busy.toFixed(1)}): figures come out too high.`);
  const docker = chosen.some(({ realHosts }) => realHosts) ? await findDocker({}) : null;
  const version = await commit();
  const results: Record<string, Result> = {};
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stop.abort(new Error('stopped')));
  }
  let failures = 0;
  for (const figure of chosen) {
    if (stop.signal.aborted) return 130;
    if (figure.realHosts && docker?.docker === null) {
      say(`${figure.name}: not measured, it needs real hosts (${docker.reason})`);
      failures += 1;
      continue;
    }
    say(`${figure.name} …`);
    try {
      const outcome = await figure.measure((text) => say(`  ${text}`), stop.signal);
      results[figure.name] = toResult(figure, outcome, version);
    } catch (error) {
      failures += 1;
      say(`${figure.name}: failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const file = await write(results);
  process.stdout.write(`\n${table(results)}\n\nwritten to ${file}\n`);
  return failures === 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
