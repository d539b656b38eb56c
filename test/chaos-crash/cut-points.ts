import { resolve } from 'node:path';

/** A moment of a recovery: right before or right after a step, or a call of a tool within one. */
export interface CutPoint {
  readonly channel: 'zavhoz.step' | 'zavhoz.tool';
  readonly name: string;
  readonly point: 'before' | 'after';
}

const step = (name: string, point: CutPoint['point']): CutPoint => ({
  ...{ channel: 'zavhoz.step', name, point },
});
const tool = (name: string, point: CutPoint['point']): CutPoint => ({
  ...{ channel: 'zavhoz.tool', name, point },
});

/** In the order in which a recovery by a reboot passes them. */
export const CUT_POINTS: readonly CutPoint[] = [
  step('recheck', 'before'),
  step('recheck', 'after'),
  step('choose-rung', 'before'),
  step('choose-rung', 'after'),
  step('save-evidence', 'after'),
  step('reboot', 'before'),
  tool('server_reboot', 'before'),
  tool('server_reboot', 'after'),
  tool('server_await_task', 'before'),
  tool('server_await_task', 'after'),
  step('reboot', 'after'),
  step('hand-on', 'after'),
  step('verify-recovery', 'before'),
  step('verify-recovery', 'after'),
  step('resolve-incident', 'before'),
  step('resolve-incident', 'after'),
];

export const nameOf = ({ name, point }: CutPoint): string => `${point} ${name}`;

/** Plain JavaScript, which no build copies: run from the root of the repository. */
const PRELOAD = resolve('test/chaos-crash/kill-worker.mjs');

/** A worker with this environment dies at the first of the points that has no mark in `folder`. */
export const killEnvironment = (points: readonly CutPoint[], folder: string) => ({
  NODE_OPTIONS: `--import=${PRELOAD}`,
  CRASH_AT: JSON.stringify({ points, folder }),
});
