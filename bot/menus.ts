import type { BotCommand } from 'telegraf/types';
import { toOpsError } from '#domain/errors.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { Role, User } from '#domain/user.ts';
import { failureOf } from './failure.ts';
import { commandsFor } from './features/commands.ts';
import { type Language, translator } from './locales/translate.ts';
import { plainOf } from './render/html.ts';
import type { Transport } from './transport.ts';

export interface MenuPlace {
  readonly chatId: number;
  readonly private: boolean;
}
type Reader = Pick<User, 'telegramId' | 'role' | 'language'>;

/**
 * Telegram's menus of commands. Strangers have none (the default scope is empty); a person's private
 * chat lists what their role may do; in groups each member sees their own (scope `chat_member`: with
 * `chat` a stranger in the group would read what the bot can do, and an owner and a viewer the same).
 * All of it is decoration, in the background: failures are logged, every command works without.
 */
export interface Menus {
  /** Empties the menu of everybody who was not given one. */
  clearDefault(): void;
  /** Brings one person's menu in one chat up to date, when their role or language changed. */
  show(place: MenuPlace, person: Reader): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Telegram's two lists: for those whose app speaks Russian, and for all others. */
const LISTS: readonly { readonly language_code: '' | 'ru'; readonly natural: Language }[] = [
  { language_code: '', natural: 'en' },
  { language_code: 'ru', natural: 'ru' },
];
/** Chats remembered; beyond it the oldest is set once more at its next word. */
const REMEMBERED = 10_000;
const PATIENCE = { patienceMs: 5000, timeoutMs: 5000 };

export function createMenus({
  transport,
  clock,
  log,
}: {
  transport: Transport;
  clock: Clock;
  log: Logger;
}): Menus {
  /** What each (chat, person) was given last. */
  const given = new Map<string, string>();
  let tail: Promise<void> = Promise.resolve();
  /** Telegram asked for silence: until then nothing is set, and the next word tries again. */
  let quietUntil = 0;

  /** One call after the other: a busy morning after a restart stays far below Telegram's limits. */
  function later(what: string, calls: () => Promise<void>, failed: () => void): void {
    tail = tail.then(async () => {
      if (clock.now().getTime() < quietUntil) return failed();
      try {
        await calls();
      } catch (error) {
        const { kind, reason, retryAfterMs } = failureOf(error);
        if (kind === 'flood') quietUntil = clock.now().getTime() + (retryAfterMs ?? 1000);
        // Blocked or refused: the same call would fail the same way at each word.
        if (kind === 'flood' || kind === 'network') failed();
        log.warn({ what, kind, reason: reason || toOpsError(error).message }, 'no menu was set');
      }
    });
  }

  async function set({ chatId, private: own }: MenuPlace, person: Reader): Promise<void> {
    const scope = own
      ? ({ type: 'chat', chat_id: chatId } as const)
      : ({
          type: 'chat_member',
          chat_id: chatId,
          user_id: Number(person.telegramId),
        } as const);
    for (const { language_code, natural } of LISTS) {
      const commands = menuOf(person.role, person.language ?? natural, own);
      await (commands.length === 0
        ? transport.call('deleteMyCommands', { scope, language_code }, PATIENCE)
        : transport.call('setMyCommands', { commands, scope, language_code }, PATIENCE));
    }
  }

  return {
    clearDefault() {
      later(
        'default',
        async () => {
          for (const { language_code } of LISTS) {
            const scope = { type: 'default' } as const;
            await transport.call('deleteMyCommands', { scope, language_code }, PATIENCE);
          }
        },
        () => undefined,
      );
    },
    show(place, person) {
      const key = `${place.chatId}/${person.telegramId}`;
      const wanted = `${person.role}/${person.language}`;
      if (given.get(key) === wanted) return;
      given.delete(key);
      given.set(key, wanted);
      const [oldest] = given.keys();
      if (given.size > REMEMBERED && oldest !== undefined) given.delete(oldest);
      const forget = () => {
        if (given.get(key) === wanted) given.delete(key);
      };
      later(key, () => set(place, person), forget);
    },
    idle: () => tail,
  };
}

/** What this person may do here, in one language. */
function menuOf(role: Role | null, language: Language, own: boolean): BotCommand[] {
  const t = translator(language);
  return commandsFor(role)
    .filter((command) => own || !command.privateOnly)
    .map(({ name, help }) => ({ command: name, description: plainOf(t(help).html) }));
}
