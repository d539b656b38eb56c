import type { ChatMessage } from './telegram.ts';
import type { World } from './world.ts';

const YES = 'ap.y.';
const NO = 'ap.n.';

/** Cards that ask for a word, by Telegram's own record; each reader has one of their own. */
export const questions = ({ telegram }: World, reader?: bigint): readonly ChatMessage[] =>
  telegram.messages
    .filter(({ buttons }) => buttons.some((data) => data.startsWith(YES)))
    .filter(({ chat }) => reader === undefined || chat === Number(reader));

/** A reader presses Approve or Deny below a card. */
export const say = ({ telegram }: World, card: ChatMessage, word: 'yes' | 'no'): void =>
  telegram.tap(card, word === 'yes' ? YES : NO);

/** What a card says now. */
export const wordsOf = ({ text, edits }: ChatMessage): string => edits.at(-1) ?? text;

/** Whose yes counted, as the card says; null when none did. */
export const approvedBy = (card: ChatMessage): string | null =>
  /Approved by ([^,]+),/.exec(wordsOf(card))?.[1] ?? null;
