import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ChatEvent, Message, Person } from './model.ts';
import { renderMessage } from './render-message.ts';
import type { TelegramServer } from './server.ts';

export interface LocalChat {
  /** Says something as the person, as if typed. */
  type(line: string): void;
  /** A line of the surroundings' own, between the messages. */
  note(text: string): void;
  /** What stands before the line being typed; nothing is shown without a terminal. */
  prompt(text: string): void;
  /** Resolves when the input has ended (Ctrl-D) or the chat was closed. */
  readonly ended: Promise<void>;
  close(): void;
}

export interface LocalChatOptions {
  readonly telegram: Pick<TelegramServer, 'say' | 'tap' | 'onEvent'>;
  readonly person: Person;
  readonly input: Readable;
  readonly output: Writable;
  /** Line editing and colours; without it plain lines, for pipes and logs. */
  readonly terminal: boolean;
  /** Takes a line that is not meant for the bot: true when it did. */
  readonly aside?: ((line: string) => boolean) | undefined;
}

interface Choice {
  readonly message: Message;
  readonly data: string;
}

/**
 * One person's private chat with the bot, in a terminal. Buttons are numbered choices; when the bot
 * asks for an answer to a message, the next line is that answer (an empty line: no answer).
 */
export function createLocalChat(options: LocalChatOptions): LocalChat {
  const { telegram, person, input, output, terminal, aside } = options;
  const lines = createInterface({ input, output: terminal ? output : undefined, terminal });
  const choices = new Map<number, Choice>();
  const numbers = new Map<string, number>();
  /** The lines of each message as they were last on the screen. */
  const seen = new Map<number, readonly string[]>();
  let prompted: Message | null = null;

  const print = (text: string) => {
    // Clears the line being typed; readline draws it again below.
    output.write(terminal ? `\r\u001b[K${text}\n` : `${text}\n`);
    if (terminal) lines.prompt(true);
  };

  function numbered(message: Message): string[] {
    for (const [number, choice] of choices) {
      if (choice.message.message_id === message.message_id) choices.delete(number);
    }
    return (message.reply_markup?.inline_keyboard ?? []).flatMap((row) =>
      row.flatMap(({ text, callback_data: data }) => {
        if (data === undefined) return [];
        // The same button keeps its number when its message is edited.
        const key = `${message.message_id}/${data}`;
        const number = numbers.get(key) ?? numbers.size + 1;
        numbers.set(key, number);
        choices.set(number, { message, data });
        return [`[${number}] ${text}`];
      }),
    );
  }

  function show(event: ChatEvent): void {
    if (event.type === 'toast') print(`(${event.text})`);
    else if (event.type !== 'delete') showMessage(event.message, event.type === 'edit' ? '↻' : '»');
    else if (event.chatId === person.id) print('(a message was deleted)');
  }

  function showMessage(message: Message, sign: string): void {
    if (message.chat.id !== person.id) return;
    const asks = message.reply_markup?.force_reply === true;
    if (asks) prompted = message;
    const text = renderMessage(message, terminal).split('\n');
    const lines = [
      ...text,
      ...numbered(message).map((choice) => `  ${choice}`),
      ...(asks ? ['(your next line answers this; an empty line leaves it)'] : []),
    ];
    const before = seen.get(message.message_id) ?? [];
    if (isClock(lines, before, text.length - 1)) return;
    const news = newsOf(lines, before);
    seen.set(message.message_id, lines);
    print(`${sign} ${news.join('\n  ')}`);
  }

  function type(line: string): void {
    const text = line.trim();
    if (text !== '' && aside?.(text)) return;
    if (prompted) {
      const reply = prompted;
      prompted = null;
      if (text === '') print('(left unanswered)');
      else telegram.say(person, text, { reply_to_message: reply });
      return;
    }
    if (text === '') return;
    const choice = /^\[?(\d{1,6})\]?$/.exec(text)?.[1];
    if (choice === undefined) {
      telegram.say(person, text);
      return;
    }
    const tapped = choices.get(Number(choice));
    if (tapped) telegram.tap(person, tapped.message, tapped.data);
    else print(`(there is no choice ${choice} now)`);
  }

  const unsubscribe = telegram.onEvent(show);
  const ended = new Promise<void>((resolve) => {
    lines.once('close', resolve);
    // A terminal that is gone can no longer be given back its mode.
    lines.on('error', resolve);
  });
  lines.on('line', (line) => {
    type(line);
    if (terminal) lines.prompt();
  });
  lines.setPrompt('> ');
  return {
    type,
    ended,
    note: print,
    prompt(text) {
      if (!terminal) return;
      lines.setPrompt(text);
      lines.prompt(true);
    },
    close() {
      unsubscribe();
      lines.close();
    },
  };
}

/**
 * What a terminal shows of a message that was edited: it cannot go back, and a card that changes
 * every few seconds would fill it. The first line says which message it is.
 */
function newsOf(lines: readonly string[], before: readonly string[]): readonly string[] {
  const [title = '', ...rest] = lines;
  const news = rest.filter((line) => !before.includes(line));
  return before.length > 0 && news.length < lines.length / 2 ? [title, ...news] : lines;
}

/** Whether nothing but the last line of the text is another: the time that something has taken. */
const isClock = (lines: readonly string[], before: readonly string[], last: number): boolean =>
  last > 0 &&
  lines.length === before.length &&
  lines.every((line, at) => (at === last) === (line !== before[at]));
