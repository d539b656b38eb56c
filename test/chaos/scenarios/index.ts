import type { Scenario } from '../scenario.ts';
import { one, twenty, two } from './apart.ts';
import { doubleTap, lateWord, modeChanged, voided } from './approvals.ts';
import { allDown, ownNetwork, rearmed } from './mass.ts';
import { longAway, restored, twin } from './past.ts';
import { brokenPath, brokenSite, deadSshd, flapping, quietDay } from './paths.ts';
import { answerLost, broken, hanging, throttled } from './provider.ts';
import { clockJumps, halfList, maintenance } from './time.ts';

/** Every scenario, in the order of its letter. */
export const scenarios: readonly Scenario[] = [
  ...[allDown, rearmed, ownNetwork, one, two, twenty, flapping],
  ...[throttled, broken, hanging, answerLost, doubleTap, lateWord, voided, modeChanged, quietDay],
  ...[clockJumps, maintenance, halfList, restored, longAway, twin],
  ...[brokenPath, brokenSite, deadSshd],
];
