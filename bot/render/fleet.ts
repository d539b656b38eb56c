import type { FleetState } from '#domain/fleet.ts';
import type { Translate } from '../locales/translate.ts';
import { type Html, join, shown, shownLines } from './html.ts';
import type { Button, Rendered } from './message.ts';

/** What stops automatic action; a line each, in the order in which people have to know. */
export function stopLines(t: Translate, state: FleetState): readonly Html[] {
  const { frozenAt, frozenReason, breakerOpenAt, breakerReason, blindSince } = state;
  return [
    frozenAt &&
      t('fleet.frozen', { since: t.moment(frozenAt), reason: shownLines(frozenReason ?? '–') }),
    breakerOpenAt &&
      t('fleet.breaker', { since: t.moment(breakerOpenAt), reason: shown(breakerReason ?? '–') }),
    blindSince && t('fleet.blind', { since: t.moment(blindSince) }),
  ].filter((line) => line !== null);
}

/** A re-arm lifts freeze and breaker; that our network is away no word can change. */
export const isLiftable = ({ frozenAt, breakerOpenAt }: FleetState): boolean =>
  frozenAt !== null || breakerOpenAt !== null;

/** Which stop a button speaks of: a button that lay about never lifts a newer one. */
export const stopStamp = ({ frozenAt, breakerOpenAt }: FleetState): string =>
  Math.max(frozenAt?.getTime() ?? 0, breakerOpenAt?.getTime() ?? 0).toString(36);

export const rearmButton = (t: Translate): Button => ({
  text: t.plain('button.rearm'),
  data: 'fl.r',
});

/** The question before a re-arm; without anything to lift only how things stand. */
export function renderRearm(t: Translate, state: FleetState, before: Html | null = null): Rendered {
  if (!isLiftable(state)) {
    const lines = stopLines(t, state);
    return { text: lines.length > 0 ? join(lines) : t('fleet.on'), buttons: [] };
  }
  return {
    text: join([before, ...stopLines(t, state), t('fleet.rearm_what')]),
    buttons: [
      [
        { text: t.plain('button.rearm_yes'), data: `fl.y.${stopStamp(state)}` },
        { text: t.plain('button.leave'), data: 'fl.n' },
      ],
    ],
  };
}
