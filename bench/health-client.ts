import { readFile } from 'node:fs/promises';
import { createClock } from '#adapters/clock.ts';
import { createLogger } from '#adapters/logger.ts';
import { createHostProbe } from '#adapters/ssh/pool.ts';
import type { SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';

/** What the figure hands over: argv names the file. */
export interface Order {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly keyFile: string;
  readonly hostKey: { readonly type: string; readonly key: string };
  readonly rounds: number;
  readonly atOnce: number;
}

/** Milliseconds of this process' processor time per check, one value per round. */
export interface Report {
  readonly kept: number[];
  readonly fresh: number[];
  readonly mixed: number[];
}

const DEADLINE_MS = 30_000;
const FRESH_ROUNDS = 3;
const WARM_ROUNDS = 3;

/** The monitor's side alone, in a process of its own, so that its processor time is nobody else's. */
async function main(file: string): Promise<Report> {
  const order: Order = JSON.parse(await readFile(file, 'utf8'));
  const privateKey = new Secret(await readFile(order.keyFile, 'utf8'));
  const targets = order.hosts.map(
    (host, at): SshTarget => ({
      ...{ handle: `vps-${at}`, host, port: order.port, user: 'root', jump: null },
      ...{ become: 'none', becomePassword: null, hostKeys: [order.hostKey] },
      auth: { kind: 'key', privateKey },
    }),
  );
  const log = createLogger({ level: 'error', pretty: false });
  // The budget of a real fleet would only make it wait.
  const limits = { handshakesPerSecond: 10_000 };
  const probe = createHostProbe({ log, clock: createClock(), limits });
  const { signal } = new AbortController();
  let checks = 0;

  async function round(fresh: (check: number) => boolean): Promise<number> {
    const from = process.cpuUsage();
    const waiting = targets.values();
    const work = async () => {
      for (const target of waiting) {
        const options = { deadlineMs: DEADLINE_MS, signal, fresh: fresh(checks++) };
        const { outcome, message } = await probe.check(target, options);
        if (outcome !== 'answered') throw new Error(`${target.host}: ${outcome}, ${message}`);
      }
    };
    await Promise.all(Array.from({ length: order.atOnce }, work));
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1000 / targets.length;
  }
  const rounds = async (count: number, fresh: (check: number) => boolean) => {
    const seen: number[] = [];
    for (let n = 0; n < count; n++) seen.push(await round(fresh));
    return seen;
  };

  // Once each, so that nothing is measured while it is compiled.
  await round(() => true);
  for (let n = 0; n < WARM_ROUNDS; n++) await round(() => false);
  const kept = await rounds(order.rounds, () => false);
  const fresh = await rounds(FRESH_ROUNDS, () => true);
  const mixed = await rounds(order.rounds, (check) => check % 10 === 9);
  await probe.close();
  return { kept, fresh, mixed };
}

process.stdout.write(JSON.stringify(await main(process.argv[2] ?? '')));
