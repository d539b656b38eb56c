import { bad, type Method } from './refusals.ts';
import type { World } from './world.ts';

/** After this long a tap can no longer be answered. */
const TAP_LIFE_MS = 15 * 60_000;

/** Each tap is answered once, in time, with at most 200 characters. */
export function tapMethods(world: World, now: () => number): Record<string, Method> {
  const answered = new Set<unknown>();
  return {
    answerCallbackQuery({ callback_query_id: id, text }) {
      const at = world.taps.get(String(id));
      if (at === undefined || answered.has(id) || now() - at > TAP_LIFE_MS) {
        return {
          error: bad('query is too old and response timeout expired or query ID is invalid'),
        };
      }
      if (String(text ?? '').length > 200) return { error: bad('MESSAGE_TOO_LONG') };
      answered.add(id);
      if (typeof text === 'string' && text !== '') world.toast(text);
      return { result: true };
    },
  };
}
