import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../chaos/scenario.ts';
import { seeded } from '../chaos/seeded.ts';
import { CUT_POINTS, type CutPoint, killEnvironment, nameOf } from './cut-points.ts';
import { brokenPromises, bystanders, isOver } from './properties.ts';
import { type CrashStage, createCrashStage } from './stage.ts';

export interface CrashOptions {
  readonly seed: number;
  /** Cut points of one recovery; all of them where it is not given. */
  readonly cuts?: number;
  /** How long a database is away; a minute where it is not given. */
  readonly awaySeconds?: number;
}

/** The short form: a part of the cut points, and databases that are away for some seconds. */
export const SHORT_CRASH = { cuts: 6, awaySeconds: 12 } as const;

export interface CrashOutcome extends Outcome {
  /** What was done to the agent, in words. */
  readonly done: string;
}

export interface CrashScenario {
  readonly id: string;
  readonly asked: string;
  play(options: CrashOptions): Promise<CrashOutcome>;
}

const SERVERS = 12;
const WORKERS = ['worker-1', 'worker-2'] as const;
const OVER_SECONDS = 300;
/** After the last message: what should not come has had its time. */
const CALM_MS = 8000;
/** Within this time of a failure the workers are busy finding out. */
const DETECTION_MS = 15_000;

async function onStage(
  use: (stage: CrashStage) => Promise<{ broken: readonly string[]; done: string }>,
): Promise<CrashOutcome> {
  const startedAt = Date.now();
  const stage = await createCrashStage({ servers: SERVERS });
  try {
    const { broken, done } = await use(stage);
    return {
      servers: SERVERS,
      minutes: Math.round((Date.now() - startedAt) / 60_000),
      acting: stage.reboots().asked,
      logins: stage.fleet.records.total().logins,
      messages: stage.told().length,
      ...{ broken, done },
    };
  } finally {
    await stage.close();
  }
}

/** Its connections end as soon as they stand: dead for certain, and no time is lost in waiting. */
const breakDown = (stage: CrashStage, address: string) =>
  stage.fleet.break(address, { effects: { net: 'hangup' }, healedBy: 'reboot' });

const inOrder = (points: readonly CutPoint[]) =>
  points.toSorted((a, b) => CUT_POINTS.indexOf(a) - CUT_POINTS.indexOf(b));

const workersKilled: CrashScenario = {
  id: 'f',
  asked: 'workers killed at cut points: 1 reboot, 1 message each way',
  play: ({ seed, cuts = CUT_POINTS.length }) =>
    onStage(async (stage) => {
      const random = seeded(seed);
      const marks = join(stage.folder, 'marks');
      await mkdir(marks);
      const points = inOrder(random.sample(CUT_POINTS, cuts));
      stage.roles.start('bot', 'bot');
      for (const name of WORKERS) {
        stage.roles.start(name, 'worker', killEnvironment(points, marks));
      }
      await stage.warmUp();
      const broken = random.sample(stage.servers, 1);
      for (const { address } of broken) await breakDown(stage, address);
      // Once while it is being found out as well: whichever has the server's shard.
      await sleep(random.between(0, DETECTION_MS));
      const victim = random.pick(WORKERS);
      stage.roles.kill(victim);
      for (const server of broken) {
        await stage.until(`${server.handle} to be told well`, OVER_SECONDS, () =>
          isOver(stage, server),
        );
      }
      await sleep(CALM_MS);
      const missed = points.filter((_, at) => !existsSync(join(marks, `died-${at}`)));
      return {
        done: `killed ${victim} early, then ${points.map(nameOf).join(', ')}`,
        broken: [
          ...broken.flatMap((server) => brokenPromises(stage, server)),
          ...bystanders(stage, broken),
          ...missed.map((point) => `nobody died ${nameOf(point)}`),
        ],
      };
    }),
};

const storageGone: CrashScenario = {
  id: 'j',
  asked: 'PostgreSQL, then Redis gone in mid-recovery: 1 reboot each, 1 message each way',
  play: ({ seed, awaySeconds = 60 }) =>
    onStage(async (stage) => {
      const random = seeded(seed);
      stage.roles.start('bot', 'bot');
      for (const name of WORKERS) stage.roles.start(name, 'worker');
      await stage.warmUp();
      const broken = random.sample(stage.servers, 2);
      for (const { address } of broken) await breakDown(stage, address);
      const services = [stage.database, stage.queue];
      for (const [at, service] of services.entries()) {
        await stage.until(`reboot ${at + 1}`, OVER_SECONDS, () => stage.reboots().asked > at);
        // Anywhere between the provider's yes and the machine's return.
        await sleep(random.between(0, 3000));
        await service.kill();
        await sleep(awaySeconds * 1000);
        await service.start();
      }
      for (const server of broken) {
        await stage.until(`${server.handle} to be told well`, OVER_SECONDS, () =>
          isOver(stage, server),
        );
      }
      await sleep(CALM_MS);
      return {
        done: `PostgreSQL and Redis away for ${awaySeconds} s each`,
        broken: [
          ...broken.flatMap((server) => brokenPromises(stage, server)),
          ...bystanders(stage, broken),
        ],
      };
    }),
};

/** Real processes in real time; the rest of the suite is in test/chaos. */
export const crashScenarios: readonly CrashScenario[] = [workersKilled, storageGone];
