import { plainOf } from './render/html.ts';

export function chatOf(payload: object): number | string | null {
  if (!('chat_id' in payload)) return null;
  const { chat_id: chat } = payload;
  return typeof chat === 'number' || typeof chat === 'string' ? chat : null;
}

export const isFormatted = (payload: object): boolean =>
  'parse_mode' in payload && ('text' in payload || 'caption' in payload);

/** The same words without tags. */
export function plainly(payload: object): object {
  const { parse_mode: _, ...rest } = payload as Readonly<Record<string, unknown>>;
  const plain = (name: 'text' | 'caption') =>
    typeof rest[name] === 'string' ? { [name]: plainOf(rest[name]) } : {};
  return { ...rest, ...plain('text'), ...plain('caption') };
}

/** What the old group's messages and topics were called means nothing in the new one. */
export function movedTo<Payload extends object>(to: number, payload: Payload): Payload {
  const {
    reply_parameters: _,
    message_thread_id: __,
    ...rest
  } = payload as Payload & {
    reply_parameters?: unknown;
    message_thread_id?: unknown;
  };
  return { ...rest, chat_id: to } as unknown as Payload;
}

/** Beside a file fields are texts: Telegraf drops objects that it does not know. */
export function forUpload<Payload extends object>(payload: Payload): Payload {
  if (!('document' in payload) || typeof payload.document !== 'object') return payload;
  const fields = Object.entries(payload).map(([name, value]) => [
    name,
    name !== 'document' && typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : value,
  ]);
  return Object.fromEntries(fields) as Payload;
}
