import type { Readable, Writable } from 'node:stream';
import { createLocalChat, type LocalChat } from './local-chat.ts';
import { startTelegramServer, type TelegramServer } from './server.ts';

export interface LocalTelegram {
  readonly server: TelegramServer;
  readonly chat: LocalChat;
  /** What the agent's settings need to talk to this chat instead of Telegram. */
  readonly env: {
    readonly TELEGRAM_API_ROOT: string;
    readonly TELEGRAM_BOT_TOKEN: string;
    readonly ADMIN_TELEGRAM_IDS: string;
  };
  close(): Promise<void>;
}

/**
 * A chat in the terminal in place of Telegram: the person at the keyboard is the owner and has
 * said /start, so that the bot greets them as soon as it runs.
 */
export async function startLocalTelegram({
  input,
  output,
  terminal,
  name = 'You',
  language = 'en',
  port,
  firstUpdate,
  aside,
}: {
  input: Readable;
  output: Writable;
  terminal: boolean;
  name?: string;
  /** en or ru. */
  language?: string;
  port?: number;
  /** Greater than any id of an earlier run, where the agent remembers those. */
  firstUpdate?: number;
  /** Takes a line that is not meant for the bot: true when it did. */
  aside?: (line: string) => boolean;
}): Promise<LocalTelegram> {
  const server = await startTelegramServer({
    ...(port !== undefined && { port }),
    ...(firstUpdate !== undefined && { firstUpdate }),
  });
  const person = { id: 1001, is_bot: false, first_name: name, language_code: language };
  const chat = createLocalChat({ telegram: server, person, input, output, terminal, aside });
  server.say(person, '/start');
  return {
    server,
    chat,
    env: {
      TELEGRAM_API_ROOT: server.apiRoot,
      TELEGRAM_BOT_TOKEN: server.token,
      ADMIN_TELEGRAM_IDS: String(person.id),
    },
    async close() {
      chat.close();
      await server.close();
    },
  };
}
