import type { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { approvals } from './approvals.ts';
import { cancel } from './cancel.ts';
import { fleet } from './fleet.ts';
import { help } from './help.ts';
import { incidents } from './incidents.ts';
import { inputs } from './inputs.ts';
import { invite } from './invite.ts';
import { maintenance } from './maintenance.ts';
import { operations } from './operations.ts';
import { password } from './password.ts';
import { provision } from './provision.ts';
import { rebuild } from './rebuild.ts';
import { servers } from './servers.ts';
import { settings } from './settings.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { unknown } from './unknown.ts';
import { users } from './users.ts';

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
  invite,
  users,
  settings,
  password,
  unknown,
];
