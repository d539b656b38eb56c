import type { Role } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import { covers } from '../filters/at-least.ts';
import type { MessageKey } from '../locales/translate.ts';
import { plainOf } from '../render/html.ts';

export interface Command {
  readonly name: string;
  /** Shown after the name in /help. */
  readonly usage: string;
  readonly role: Role;
  readonly help: MessageKey;
}

/** What the bot understands, and from whom; /help and Telegram's own menu are made of it. */
export const COMMANDS: readonly Command[] = [
  { name: 'status', usage: '', role: 'viewer', help: 'help.status' },
  { name: 'servers', usage: '', role: 'viewer', help: 'help.servers' },
  { name: 'operations', usage: '', role: 'viewer', help: 'help.operations' },
  { name: 'incidents', usage: '', role: 'viewer', help: 'help.incidents' },
  { name: 'approvals', usage: '', role: 'viewer', help: 'help.approvals' },
  { name: 'provision', usage: ' vps-1', role: 'operator', help: 'help.provision' },
  { name: 'rebuild', usage: ' vps-1', role: 'operator', help: 'help.rebuild' },
  { name: 'cancel', usage: '', role: 'operator', help: 'help.cancel' },
  { name: 'answer', usage: '', role: 'operator', help: 'help.answer' },
  { name: 'freeze', usage: '', role: 'operator', help: 'help.freeze' },
  { name: 'rearm', usage: '', role: 'operator', help: 'help.rearm' },
  { name: 'maint', usage: ' vps-1 2h', role: 'operator', help: 'help.maint' },
  { name: 'subscribe', usage: ' warning group:web', role: 'viewer', help: 'help.subscribe' },
  { name: 'unsubscribe', usage: '', role: 'viewer', help: 'help.unsubscribe' },
  { name: 'quiet', usage: ' 22:00-07:00', role: 'viewer', help: 'help.quiet' },
  { name: 'digest', usage: ' 09:00', role: 'viewer', help: 'help.digest' },
  { name: 'oncall', usage: '', role: 'owner', help: 'help.oncall' },
  { name: 'help', usage: '', role: 'viewer', help: 'help.help' },
];

export const commandsFor = (role: Role | null): readonly Command[] =>
  COMMANDS.filter((command) => covers(role, command.role));

/** Telegram's menu for this person's chat alone: strangers see no commands. */
export async function registerCommands(ctx: BotContext): Promise<void> {
  if (ctx.chat?.type !== 'private') return;
  const commands = commandsFor(ctx.person.role).map(({ name, help }) => ({
    command: name,
    description: plainOf(ctx.t(help).html),
  }));
  try {
    await ctx.telegram.setMyCommands(commands, { scope: { type: 'chat', chat_id: ctx.chat.id } });
  } catch {
    // Decoration: without the menu every command still works.
  }
}
