import { CannotParse, parseHtml } from './html.ts';

const COUNTED = new Set([
  'sendMessage',
  'sendDocument',
  'editMessageText',
  'editMessageCaption',
  'editMessageReplyMarkup',
  'deleteMessage',
  'sendChatAction',
]);
type Payload = Readonly<Record<string, unknown>>;

/**
 * Watches a bot keep Telegram's published limits (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits):
 * one visible call a second per chat, 20 a minute per group, 30 a second overall; and the sizes of
 * what it says. Returns what was broken; the tests fail on any.
 */
export function createLimitWatch(): (
  method: string,
  payload: Payload,
  at: number,
) => readonly string[] {
  const perChat = new Map<string, number[]>();
  const overall: number[] = [];
  return (method, payload, at) => {
    const problems: string[] = checkSizes(payload);
    if (!COUNTED.has(method)) return problems;
    const chat = String(payload.chat_id);
    const times = perChat.get(chat) ?? [];
    perChat.set(chat, times);
    times.push(at);
    overall.push(at);
    const within = (list: readonly number[], ms: number) => {
      let count = 0;
      for (let n = list.length - 1; n >= 0 && (list[n] ?? 0) > at - ms; n--) count++;
      return count;
    };
    // 5 % of grace: the network may squeeze two calls together.
    if (within(times, 950) > 1) problems.push(`more than 1 call a second in chat ${chat}`);
    if (chat.startsWith('-') && within(times, 60_000) > 20) {
      problems.push(`more than 20 calls a minute in group ${chat}`);
    }
    if (within(overall, 950) > 30) problems.push('more than 30 calls a second');
    return problems;
  };
}

function checkSizes(payload: Payload): string[] {
  return [
    ...checkLength('text', payload.text, payload.parse_mode, 4096),
    ...checkLength('caption', payload.caption, payload.parse_mode, 1024),
    ...checkButtons(payload),
  ];
}

function checkLength(what: string, value: unknown, mode: unknown, limit: number): string[] {
  if (typeof value !== 'string') return [];
  const length = mode === 'HTML' ? shownLength(value) : value.length;
  return length > limit ? [`${what} of ${length} characters, ${limit} are allowed`] : [];
}

/** After entities are parsed; what cannot be parsed is refused for that. */
function shownLength(html: string): number {
  try {
    return parseHtml(html).text.length;
  } catch (error) {
    if (error instanceof CannotParse) return 0;
    throw error;
  }
}

function checkButtons(payload: Payload): string[] {
  const markup = payload.reply_markup as
    | {
        inline_keyboard?: { text?: string; callback_data?: string }[][];
        input_field_placeholder?: string;
      }
    | undefined;
  const rows = markup?.inline_keyboard ?? [];
  const problems: string[] = [];
  if (rows.flat().length > 100) problems.push(`${rows.flat().length} buttons, 100 are allowed`);
  if (rows.some((row) => row.length > 8)) problems.push('more than 8 buttons in a row');
  for (const { text, callback_data: data } of rows.flat()) {
    if (!text) problems.push(`a button without a text: ${data}`);
    if (data === undefined) continue;
    const bytes = Buffer.byteLength(data);
    if (bytes < 1 || bytes > 64) problems.push(`callback_data of ${bytes} bytes: ${data}`);
  }
  if ((markup?.input_field_placeholder ?? '').length > 64) {
    problems.push('a placeholder of more than 64 characters');
  }
  return problems;
}
