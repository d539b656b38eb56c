import type { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { approvals } from './approvals.ts';
import { audit } from './audit.ts';
import { buttons } from './buttons.ts';
import { cancel } from './cancel.ts';
import { care } from './care.ts';
import { chat } from './chat.ts';
import { fleet } from './fleet.ts';
import { help } from './help.ts';
import { incidents } from './incidents.ts';
import { inputs } from './inputs.ts';
import { invite } from './invite.ts';
import { maintenance } from './maintenance.ts';
import { mode } from './mode.ts';
import { oncall } from './oncall.ts';
import { operations } from './operations.ts';
import { orders } from './orders.ts';
import { password } from './password.ts';
import { provision } from './provision.ts';
import { reboot } from './reboot.ts';
import { rebuild } from './rebuild.ts';
import { recover } from './recover.ts';
import { redeploy } from './redeploy.ts';
import { repeat } from './repeat.ts';
import { server } from './server.ts';
import { servers } from './servers.ts';
import { services } from './services.ts';
import { settings } from './settings.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { subscriptions } from './subscriptions.ts';
import { unknown } from './unknown.ts';
import { users } from './users.ts';

/** Asked in this order; the first that fits takes the update. */
export const features: readonly ((deps: BotDeps) => Composer<BotContext>)[] = [
  // It turns a tap into a command: all others come after it.
  repeat,
  // Answers to prompts come before the other commands: a secret may begin with a slash.
  inputs,
  orders,
  start,
  help,
  status,
  servers,
  server,
  services,
  operations,
  incidents,
  audit,
  approvals,
  provision,
  rebuild,
  reboot,
  recover,
  redeploy,
  cancel,
  fleet,
  maintenance,
  invite,
  users,
  // In groups; what it lets pass is a private chat's.
  chat,
  settings,
  password,
  mode,
  care,
  buttons,
  subscriptions,
  oncall,
  unknown,
];
