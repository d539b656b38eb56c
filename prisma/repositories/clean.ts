import type { Prisma } from '#generated/prisma/client.ts';

/** PostgreSQL's text cannot hold NUL, which foreign output may contain. */
export const cleanText = (text: string): string => text.replaceAll('\u0000', '\uFFFD');

/**
 * A value as JSON that jsonb takes: no NUL, no half of a surrogate pair, dates as text; undefined
 * becomes null. A Secret prints as `***`.
 */
export function cleanJson(value: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(value ?? null), (_, part) =>
    typeof part === 'string' ? cleanText(Buffer.from(part).toString()) : part,
  );
}

/**
 * The same as a text, without a walk through the value: for what is large and written often.
 * JSON.stringify escapes just those halves of pairs that have no other.
 */
export const flatJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '\\ufffd');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id from outside that is no UUID names nothing; PostgreSQL would refuse it as an error. */
export const isUuid = (id: string): boolean => UUID.test(id);
