import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '#app/embedded/postgres.ts';
import { crashScenarios, SHORT_CRASH } from '../chaos-crash/scenarios.ts';
import { createDatabases } from './database.ts';
import { type Outcome, play } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { type Row, table } from './table.ts';

const USAGE = `Usage: npm run chaos -- [--seed N] [--only a,c20,m] [--servers N] [--short]

  --seed     the run can be repeated with it (default: a new one)
  --only     scenarios by their id, or by the letter of a group
  --servers  size of the fleet (default 500; each scenario has a least size of its own)
  --short    small fleets, and no scenario of a whole day
`;
const SERVERS = 500;

function options(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string' },
      only: { type: 'string' },
      servers: { type: 'string' },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const seed = number(values.seed) ?? Math.floor(Math.random() * 1e6);
  const servers = number(values.servers) ?? (values.short ? undefined : SERVERS);
  if (!Number.isInteger(seed)) throw new Error('--seed takes a whole number');
  if (servers !== undefined && !Number.isInteger(servers)) {
    throw new Error('--servers takes a whole number');
  }
  const wanted = values.only?.split(',').map((word) => word.trim());
  const isWanted = ({ id }: { readonly id: string }) =>
    wanted === undefined || wanted.some((word) => id === word || id.charAt(0) === word);
  const chosen = [
    ...scenarios.filter((one) => isWanted(one) && !(values.short && one.long === true)),
    ...crashScenarios.filter(isWanted),
  ];
  if (chosen.length === 0) throw new Error(`no scenario is called ${values.only}`);
  return { ...{ seed, servers, chosen }, short: values.short, help: values.help };
}

/** Plays the chosen scenarios one after the other; the exit code is 1 when a property was broken. */
async function main(argv: readonly string[]): Promise<number> {
  let asked: ReturnType<typeof options>;
  try {
    asked = options(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  const { seed, servers, chosen, short, help } = asked;
  if (help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-chaos-'));
  const postgres = await startEmbeddedPostgres({
    ...{ dataDir: join(folder, 'postgres'), log: () => {} },
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  const databases = createDatabases(postgres.url);
  const rows: Row[] = [];
  try {
    for (const scenario of chosen) {
      process.stderr.write(`${scenario.id}  ${scenario.asked} …\n`);
      const size = servers === undefined ? {} : { servers };
      const playing: Promise<Outcome> =
        'play' in scenario
          ? scenario.play({ seed, ...(short && SHORT_CRASH) })
          : play(scenario, databases, { seed, ...size });
      const seen = await playing.catch(
        (error: unknown) =>
          `it could not be played: ${error instanceof Error ? error.stack : error}`,
      );
      rows.push({ id: scenario.id, asked: scenario.asked, seed, seen });
    }
  } finally {
    await postgres.stop(AbortSignal.abort());
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write(`\n${table(rows)}\n`);
  const failed = rows.filter(({ seen }) => typeof seen === 'string' || seen.broken.length > 0);
  for (const { id } of failed) {
    process.stdout.write(`\nReplay: npm run chaos -- --seed ${seed} --only ${id}\n`);
  }
  return failed.length === 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
