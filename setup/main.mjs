import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStep, generateStep } from './build.mjs';
import { dockerStep } from './docker.mjs';
import { takeLock } from './lock.mjs';
import { npmStep } from './npm.mjs';
import { SetupError, say, stopChildren } from './run.mjs';
import { packagesStep } from './system.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each profile prepares, in order. Steps say themselves whether they have anything to do. */
export function stepsOf(profile, { yes, env }) {
  const remote = ['ansible', 'sshpass', 'openssh-client'];
  const built = (options) => [npmStep(root), generateStep(root), buildStep(root, options)];
  const packages = (names, optional = false) => packagesStep(names, { yes, optional });
  const hosts = (optional) => [
    packages(['docker.io', 'debootstrap'], optional),
    dockerStep({ optional }),
  ];
  const profiles = {
    dev: () => [npmStep(root), generateStep(root)],
    build: () => built(),
    check: () => [packages(['ansible', 'ansible-lint'], true), ...built()],
    start: () => [packages([...(env.REDIS_URL ? [] : ['redis-server']), ...remote]), ...built()],
    demo: () => [packages(['redis-server', ...remote]), ...hosts(false), ...built()],
    // Without Docker the other tests still run; CI fails in their set-up.
    test: () => [
      packages(['redis-server', ...remote]),
      ...hosts(true),
      ...built({ withTests: true }),
    ],
  };
  return profiles[profile]?.() ?? null;
}

/** @returns {Promise<number>} the exit code */
export async function main(args) {
  const profile = args.find((word) => !word.startsWith('-') && word !== '') ?? 'start';
  const yes = args.includes('--yes') || process.env.npm_config_yes === 'true';
  const steps = stepsOf(args[0]?.startsWith('-') ? 'start' : profile, { yes, env: process.env });
  if (!steps) {
    console.error('Usage: node setup.mjs [start|demo|test|check|build|dev] [--yes]');
    return 2;
  }
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.once(signal, () => {
      stopChildren();
      process.exit(130);
    });
  }
  try {
    if (!(await somethingToDo(steps))) return 0;
    requireWritable();
    const lock = takeLock(root);
    // Asked again under the lock: another set-up may just have done it.
    for (const step of steps) if (await step.needed()) await step.run({ lockFd: lock.fd });
    lock.release();
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return 1;
  }
}

async function somethingToDo(steps) {
  for (const step of steps) if (await step.needed()) return true;
  return false;
}

function requireWritable() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new SetupError(`You may not write to ${root}. Clone Zavhoz to a folder of your own.`);
  }
}
