import { type Translate, translator } from '../locales/translate.ts';

const STAND_INS = ['fleet.freeze_reason', 'maint.reason'] as const;
type StandIn = (typeof STAND_INS)[number];

/** What is stored where nobody gave a reason: every reader sees it in their own words. */
export const standIn = (key: StandIn): string => translator('en').plain(key);

/** A reason in the reader's words, unless a person gave it; `by` is '' or `agent` for the agent. */
export function reasonOf(t: Translate, reason: string, by: string): string {
  const key = STAND_INS.find((one) => standIn(one) === reason);
  if (key) return t.plain(key);
  return by === '' || by === 'agent' ? t.detail(reason) : reason;
}
