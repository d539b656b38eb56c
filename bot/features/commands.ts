import type { Role } from '#domain/user.ts';
import { covers } from '../filters/at-least.ts';
import type { MessageKey } from '../locales/translate.ts';

export interface Command {
  readonly name: string;
  /** Shown after the name in /help. */
  readonly usage: string;
  readonly role: Role;
  readonly help: MessageKey;
  /** Answered in the private chat alone; not in the menus of groups. */
  readonly privateOnly?: true;
}

/** What the bot understands, and from whom; /help and Telegram's own menu are made of it. */
export const COMMANDS: readonly Command[] = [
  { name: 'status', usage: '', role: 'viewer', help: 'help.status' },
  { name: 'servers', usage: ' error', role: 'viewer', help: 'help.servers' },
  { name: 'server', usage: ' vps-1', role: 'viewer', help: 'help.server' },
  { name: 'services', usage: ' vps-1', role: 'viewer', help: 'help.services' },
  { name: 'operations', usage: ' vps-1', role: 'viewer', help: 'help.operations' },
  { name: 'incidents', usage: ' vps-1', role: 'viewer', help: 'help.incidents' },
  { name: 'approvals', usage: '', role: 'viewer', help: 'help.approvals' },
  { name: 'provision', usage: ' vps-1', role: 'operator', help: 'help.provision' },
  { name: 'rebuild', usage: ' vps-1', role: 'operator', help: 'help.rebuild' },
  { name: 'reboot', usage: ' vps-1', role: 'operator', help: 'help.reboot' },
  { name: 'recover', usage: ' vps-1', role: 'operator', help: 'help.recover' },
  { name: 'redeploy', usage: ' vps-1', role: 'operator', help: 'help.redeploy' },
  { name: 'cancel', usage: '', role: 'operator', help: 'help.cancel' },
  { name: 'answer', usage: '', role: 'operator', help: 'help.answer' },
  { name: 'freeze', usage: '', role: 'operator', help: 'help.freeze' },
  { name: 'rearm', usage: '', role: 'operator', help: 'help.rearm' },
  { name: 'maint', usage: ' vps-1 2h', role: 'operator', help: 'help.maint' },
  { name: 'invite', usage: ' operator 24h', role: 'owner', help: 'help.invite', privateOnly: true },
  { name: 'users', usage: '', role: 'owner', help: 'help.users', privateOnly: true },
  { name: 'password', usage: ' vps-1', role: 'owner', help: 'help.password', privateOnly: true },
  { name: 'settings', usage: '', role: 'viewer', help: 'help.settings' },
  { name: 'mode', usage: ' vps-1 ask', role: 'owner', help: 'help.mode' },
  { name: 'care', usage: ' vps-1 managed', role: 'owner', help: 'help.care' },
  { name: 'audit', usage: ' vps-1', role: 'owner', help: 'help.audit' },
  { name: 'subscribe', usage: ' warning group:web', role: 'viewer', help: 'help.subscribe' },
  { name: 'unsubscribe', usage: '', role: 'viewer', help: 'help.unsubscribe' },
  { name: 'quiet', usage: ' 22:00-07:00', role: 'viewer', help: 'help.quiet' },
  { name: 'digest', usage: ' 09:00', role: 'viewer', help: 'help.digest' },
  { name: 'oncall', usage: '', role: 'owner', help: 'help.oncall' },
  { name: 'help', usage: '', role: 'viewer', help: 'help.help' },
];

export const commandsFor = (role: Role | null): readonly Command[] =>
  COMMANDS.filter((command) => covers(role, command.role));
