import { bad, type Method, type Payload } from './refusals.ts';

/** One menu of commands, by scope and language. */
export interface Menu {
  readonly scope: Readonly<Record<string, unknown>>;
  readonly language: string;
  readonly commands: readonly { readonly command: string; readonly description: string }[];
}

const NAME = /^[a-z0-9_]{1,32}$/;
const SCOPES: ReadonlySet<unknown> = new Set([
  'default',
  'all_private_chats',
  'all_group_chats',
  'all_chat_administrators',
  'chat',
  'chat_administrators',
  'chat_member',
]);

const scopeOf = (payload: Payload): Menu['scope'] =>
  (payload.scope as Menu['scope'] | undefined) ?? { type: 'default' };
const keyOf = (payload: Payload): string =>
  JSON.stringify([Object.entries(scopeOf(payload)).sort(), payload.language_code ?? '']);

function refusalOf(payload: Payload): string | null {
  const scope = scopeOf(payload);
  if (!SCOPES.has(scope.type)) return "can't parse BotCommandScope: unsupported type";
  if (String(scope.type).startsWith('chat') && scope.chat_id === undefined) {
    return 'can\'t parse BotCommandScope: Can\'t find field "chat_id"';
  }
  const commands = (payload.commands ?? []) as Menu['commands'];
  if (commands.length > 100) return 'BOT_COMMANDS_TOO_MUCH';
  if (commands.some(({ command }) => !NAME.test(command))) return 'BOT_COMMAND_INVALID';
  const wrong = ({ length }: string) => length < 1 || length > 256;
  if (commands.some(({ description }) => wrong(description))) {
    return 'BOT_COMMAND_DESCRIPTION_INVALID';
  }
  return null;
}

/** The menus that clients show, per scope and language. */
export function commandMethods(menus: Map<string, Menu>): Record<string, Method> {
  return {
    setMyCommands(payload) {
      const refused = refusalOf(payload);
      if (refused !== null) return { error: bad(refused) };
      menus.set(keyOf(payload), {
        scope: scopeOf(payload),
        language: String(payload.language_code ?? ''),
        commands: payload.commands as Menu['commands'],
      });
      return { result: true };
    },
    deleteMyCommands(payload) {
      const refused = refusalOf(payload);
      if (refused !== null) return { error: bad(refused) };
      menus.delete(keyOf(payload));
      return { result: true };
    },
    getMyCommands: (payload) => ({ result: menus.get(keyOf(payload))?.commands ?? [] }),
  };
}
