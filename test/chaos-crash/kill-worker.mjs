// Loaded into a worker (NODE_OPTIONS=--import): it dies by kill -9 at each of the named points, once
// among all workers. A point that a process has died at is marked by a file.
import { subscribe } from 'node:diagnostics_channel';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @type {{ points: { channel: string, name: string, point: string }[], folder: string } | null} */
const plan = JSON.parse(process.env.CRASH_AT ?? 'null');

for (const channel of new Set((plan?.points ?? []).map((one) => one.channel))) {
  subscribe(channel, (message) => {
    const at = plan.points.findIndex((_, index) => !existsSync(markOf(index)));
    const next = plan.points[at];
    if (next === undefined || next.channel !== channel) return;
    const name = message.step ?? message.tool;
    if (name === next.name && message.point === next.point) dieAt(at);
  });
}

/** All in one go: nothing can be saved any more. */
function dieAt(index) {
  try {
    writeFileSync(markOf(index), String(process.pid), { flag: 'wx' });
  } catch {
    return; // somebody else died here
  }
  process.kill(process.pid, 'SIGKILL');
}

function markOf(index) {
  return join(plan.folder, `died-${index}`);
}
