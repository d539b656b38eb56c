import type { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { approvals } from './approvals.ts';
import { cancel } from './cancel.ts';
import { fleet } from './fleet.ts';
import { help } from './help.ts';
import { incidents } from './incidents.ts';
import { inputs } from './inputs.ts';
import { maintenance } from './maintenance.ts';
import { oncall } from './oncall.ts';
import { operations } from './operations.ts';
import { provision } from './provision.ts';
import { rebuild } from './rebuild.ts';
import { servers } from './servers.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { subscriptions } from './subscriptions.ts';
import { unknown } from './unknown.ts';

/** Asked in this order; the first that fits takes the update. */
export const features: readonly ((deps: BotDeps) => Composer<BotContext>)[] = [
  // Answers to prompts come before the other commands: a secret may begin with a slash.
  inputs,
  rebuild,
  start,
  help,
  status,
  servers,
  operations,
  incidents,
  approvals,
  provision,
  cancel,
  fleet,
  maintenance,
  subscriptions,
  oncall,
  unknown,
];
