import type { FleetState } from '#domain/fleet.ts';
import type { Translate } from '../locales/translate.ts';
import { type Html, shown, shownLines } from './html.ts';
import type { Button } from './message.ts';
import { reasonOf } from './reason.ts';

/** What stops automatic action; a line each, in the order in which people have to know. */
export function stopLines(t: Translate, state: FleetState): readonly Html[] {
  const { frozenAt, frozenReason, frozenBy, breakerOpenAt, breakerReason, blindSince } = state;
  const frozenWhy = reasonOf(t, frozenReason ?? '–', frozenBy ?? '');
  return [
    frozenAt && t('fleet.frozen', { since: t.moment(frozenAt), reason: shownLines(frozenWhy) }),
    breakerOpenAt &&
      t('fleet.breaker', {
        since: t.moment(breakerOpenAt),
        reason: shown(t.detail(breakerReason ?? '–')),
      }),
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
