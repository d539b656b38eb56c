import { createRequire } from 'node:module';
import { createServer } from 'node:net';

interface Stored {
  readonly messageId: number;
  readonly isRead: boolean;
  readonly message: {
    readonly chat_id?: number | string;
    readonly text?: string;
    readonly reply_markup?: { readonly inline_keyboard?: readonly (readonly Button[])[] };
  };
}
interface Button {
  readonly text: string;
  readonly callback_data?: string;
}
/** The part of the package's server that we use; its own types need packages it does not bring. */
interface Server {
  readonly config: { readonly apiURL: string };
  readonly storage: {
    readonly botMessages: readonly Stored[];
    readonly userMessages: readonly Stored[];
  };
  start(): Promise<void>;
  stop(): Promise<boolean>;
  getClient(token: string, options: object): Client;
}
interface Client {
  makeMessage(text: string, options?: object): object;
  makeCommand(text: string, options?: object): object;
  makeCallbackQuery(data: string, options: object): object;
  sendMessage(message: object): Promise<unknown>;
  sendCommand(message: object): Promise<unknown>;
  sendCallback(query: object): Promise<unknown>;
}

const TOKEN = '7:npm-telegram-test-api';

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** `telegram-test-api` of npm, with one person in a private chat. */
export async function startNpmTelegram(person: {
  readonly id: number;
  readonly first_name: string;
}) {
  const load = createRequire(import.meta.url);
  const TelegramServer = load('telegram-test-api') as new (config: object) => Server;
  const server = new TelegramServer({ port: await freePort(), host: '127.0.0.1' });
  await server.start();
  const client = server.getClient(TOKEN, {
    ...{ userId: person.id, chatId: person.id, firstName: person.first_name },
  });
  const shown = () =>
    server.storage.botMessages.filter((m) => String(m.message.chat_id) === String(person.id));

  return {
    apiRoot: server.config.apiURL,
    token: TOKEN,
    async say(text: string) {
      await (text.startsWith('/')
        ? client.sendCommand(client.makeCommand(text))
        : client.sendMessage(client.makeMessage(text)));
    },
    /** Taps the button with this text on the newest message that has it. */
    async tap(text: string) {
      for (const { messageId: message_id, message } of shown().reverse()) {
        const buttons = message.reply_markup?.inline_keyboard?.flat() ?? [];
        const data = buttons.find((button) => button.text === text)?.callback_data;
        if (data === undefined) continue;
        const query = client.makeCallbackQuery(data, {
          message: { message_id, text: message.text, date: 0 },
        });
        await client.sendCallback(query);
        return;
      }
      throw new Error(`No button "${text}".`);
    },
    /** Texts of the bot that stand in the chat, as sent: with their tags. */
    screen: () => shown().map(({ message }) => message.text ?? ''),
    /** Updates that the bot has not fetched yet. */
    unread: () => server.storage.userMessages.filter(({ isRead }) => !isRead).length,
    /** The package calls the address as it is given. */
    publicUrl: (local: string) => local,
    close: async () => void (await server.stop()),
  };
}
