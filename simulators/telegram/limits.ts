const COUNTED = new Set([
  'sendMessage',
  'editMessageText',
  'editMessageReplyMarkup',
  'sendChatAction',
]);

/**
 * Watches a bot keep Telegram's published limits (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits):
 * one visible call a second per chat, 20 a minute per group, 30 a second overall. Returns what was
 * broken; the tests fail on any.
 */
export function createLimitWatch(): (
  method: string,
  payload: Readonly<Record<string, unknown>>,
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
    const within = (list: readonly number[], ms: number) => list.filter((t) => t > at - ms).length;
    // 5 % of grace: the network may squeeze two calls together.
    if (within(times, 950) > 1) problems.push(`more than 1 call a second in chat ${chat}`);
    if (chat.startsWith('-') && within(times, 60_000) > 20) {
      problems.push(`more than 20 calls a minute in group ${chat}`);
    }
    if (within(overall, 950) > 30) problems.push('more than 30 calls a second');
    return problems;
  };
}

function checkSizes(payload: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const markup = payload.reply_markup as
    | { inline_keyboard?: { callback_data?: string }[][] }
    | undefined;
  for (const { callback_data: data } of markup?.inline_keyboard?.flat() ?? []) {
    if (data === undefined) continue;
    const bytes = Buffer.byteLength(data);
    if (bytes < 1 || bytes > 64) problems.push(`callback_data of ${bytes} bytes: ${data}`);
  }
  return problems;
}
