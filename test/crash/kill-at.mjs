// Loaded into every process of the agent (NODE_OPTIONS=--import): kills the whole agent at one point.
import { subscribe } from 'node:diagnostics_channel';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @type {{ channel: string, match: Record<string, string>, during?: string, marker: string } | null} */
const plan = JSON.parse(process.env.CRASH_AT ?? 'null');

if (plan !== null) {
  subscribe(plan.channel, (message) => {
    if (Object.entries(plan.match).some(([name, value]) => message[name] !== value)) return;
    if (plan.during === undefined) killAgent();
    else setInterval(() => playbookSays(plan.during) && killAgent(), 10);
  });
}

/** All in one go, before anything else runs in this process: nothing can be saved any more. */
function killAgent() {
  try {
    writeFileSync(plan.marker, new Date().toISOString(), { flag: 'wx' });
  } catch {
    return; // once
  }
  const supervisor = process.ppid;
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8');
  // The databases are children too: those stay behind, as they do when a supervisor is killed.
  const roles = children.trim().split(' ').filter(isRole);
  for (const pid of [supervisor, ...roles]) process.kill(Number(pid), 'SIGKILL');
}

function isRole(pid) {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(process.argv[1]);
}

function playbookSays(text) {
  const runs = join(process.env.ZAVHOZ_DATA_DIR, 'runs');
  const outputs = quietly(() => readdirSync(runs), []).map((run) => join(runs, run, 'stdout'));
  return outputs.some((path) => quietly(() => readFileSync(path, 'utf8'), '').includes(text));
}

/** A file that is not there yet, or not any more, is no reason to die of. */
function quietly(look, otherwise) {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
