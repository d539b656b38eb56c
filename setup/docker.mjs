import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { runQuietly, SetupError, say } from './run.mjs';
import { missingPackages, rootPrefix } from './system.mjs';

const socketPath = '/var/run/docker.sock';
const logFile = '/var/log/zavhoz-dockerd.log';

/** The step that starts an installed Docker engine. */
export function dockerStep({ optional }) {
  return {
    needed: async () => (await dockerState()) !== 'running',
    async run() {
      try {
        await startDocker();
      } catch (error) {
        if (!optional || !(error instanceof SetupError)) throw error;
        say(`${error.message} Tests on real hosts are left out.`);
      }
    },
  };
}

/** 'running', 'stopped' or 'forbidden' (it runs, but not for this user). */
export async function dockerState() {
  if (process.env.DOCKER_HOST) {
    const { code } = await runQuietly(['docker', 'info'], { timeoutMs: 15_000 });
    return code === 0 ? 'running' : 'stopped';
  }
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 5_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? 'running' : 'stopped');
    });
    ping.once('timeout', () => ping.destroy(new Error('timeout')));
    ping.once('error', ({ code }) => resolve(code === 'EACCES' ? 'forbidden' : 'stopped'));
    ping.end();
  });
}

async function startDocker() {
  const state = await dockerState();
  if (state === 'running') return;
  if (state === 'forbidden') {
    throw new SetupError(
      'The Docker engine runs, but you may not use it. Run "sudo usermod -aG docker $USER" and log in again.',
    );
  }
  if (process.env.DOCKER_HOST) {
    throw new SetupError(`No Docker engine answers at DOCKER_HOST (${process.env.DOCKER_HOST}).`);
  }
  if (missingPackages(['docker.io']).length > 0) {
    throw new SetupError('Docker is not installed. Run "sudo apt-get install docker.io".');
  }
  const prefix = await rootPrefix();
  if (!prefix) {
    throw new SetupError('The Docker engine does not run. Run "sudo systemctl start docker".');
  }
  say('Starting the Docker engine …');
  const systemd = existsSync('/run/systemd/system');
  if (systemd) await runQuietly([...prefix, 'systemctl', 'start', 'docker'], { timeoutMs: 90_000 });
  else await runQuietly([...prefix, 'service', 'docker', 'start'], { timeoutMs: 60_000 });
  if (await comesUp(systemd ? 10_000 : 5_000)) return;
  if (!systemd) {
    const [command, ...args] = [...prefix, 'sh', '-c', `exec dockerd >>${logFile} 2>&1`];
    spawn(command, args, { detached: true, stdio: 'ignore' }).unref();
    if (await comesUp(60_000)) return;
  }
  throw new SetupError(
    `The Docker engine does not start; look into ${systemd ? '"journalctl -u docker"' : logFile}.`,
  );
}

async function comesUp(patienceMs) {
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    if ((await dockerState()) !== 'stopped') {
      if ((await dockerState()) === 'running') return true;
      throw new SetupError(
        'The Docker engine runs, but you may not use it. Run "sudo usermod -aG docker $USER" and log in again.',
      );
    }
    await sleep(200);
  }
  return false;
}
