import type { OnCallSlot } from '#domain/following.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, html, join } from './html.ts';
import type { Button, Rendered } from './message.ts';

const ADDABLE = 10;

/** Who is called, in which order, after how long; with buttons to change it. */
export function renderOnCall(
  t: Translate,
  {
    slots,
    names,
    addable,
  }: {
    slots: readonly OnCallSlot[];
    /** Of the slots' people; empty for the webhook. */
    names: readonly string[];
    addable: readonly { readonly id: bigint; readonly name: string }[];
  },
): Rendered {
  const whoIs = (at: number): string => names[at] || t.plain('oncall.webhook');
  const lines = slots.map(({ afterMinutes }, at) => {
    const after = t.duration(afterMinutes * 60);
    return html(`${at + 1}. ${t('oncall.line', { who: whoIs(at), after }).html}`);
  });
  const slotButtons = slots.map(({ id }, at): Button[] => [
    ...(at > 0 ? [{ text: `⬆ ${short(whoIs(at))}`, data: `cd.u.${id}` }] : []),
    { text: `✖ ${short(whoIs(at))}`, data: `cd.d.${id}` },
  ]);
  const addButtons = addable
    .slice(0, ADDABLE)
    .map(({ id, name }): Button[] => [{ text: `＋ ${short(name)}`, data: `cd.a.${id}` }]);
  return {
    text: join([
      bold(t('oncall.title')),
      ...(lines.length === 0 ? [t('oncall.none')] : lines),
      t('oncall.how'),
    ]),
    buttons: [...slotButtons, ...addButtons],
  };
}

const short = (name: string): string => (name.length > 30 ? `${name.slice(0, 29)}…` : name);
