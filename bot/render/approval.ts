import type { Approval } from '#domain/approval.ts';
import { Rung } from '#domain/recovery.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { bold, type Html, html, join, shown, shownLines } from './html.ts';
import type { Button, Rendered } from './message.ts';

/** What a card says before anybody has decided; an alert knows as much as the row itself. */
export interface Question {
  readonly id: string;
  readonly server: string;
  /** The machine that is meant: address, provider and its id there; empty where it is not told. */
  readonly where?: string;
  readonly effect: string;
  readonly why: string;
  readonly lost: string;
  readonly undo: string;
  /** Already in the reader's words. */
  readonly until: string;
  readonly round: number;
  /** The rung of a recovery that it asks about: its texts stand in the catalogue too. */
  readonly rung?: unknown;
}

export const detailsButton = (t: Translate, id: string): Button => ({
  text: t.plain('button.details'),
  data: `ap.d.${id}`,
});

export const approvalButtons = (t: Translate, id: string): readonly (readonly Button[])[] => [
  [
    { text: t.plain('button.approve'), data: `ap.y.${id}` },
    { text: t.plain('button.deny'), data: `ap.n.${id}` },
  ],
  [detailsButton(t, id)],
];

const part = (t: Translate, key: MessageKey, text: string): Html | null =>
  text === '' ? null : t(key, { text: shownLines(text) });

/** The row's own words are English; what a rung does, costs and leaves is said in the reader's. */
function inTheirWords(t: Translate, asked: Question): Question {
  const rung = Rung.safeParse(asked.rung);
  const { effect, why, lost, undo } = asked;
  const read = {
    ...{ effect: t.detail(effect), why: t.detail(why) },
    ...{ lost: t.detail(lost), undo: t.detail(undo) },
  };
  if (t.language === 'en' || !rung.success) return { ...asked, ...read };
  return {
    ...asked,
    ...read,
    effect: t.plain(`rung_does.${rung.data}`, { server: asked.server }),
    lost: t.plain(`rung_lost.${rung.data}`),
    undo: t.plain(`rung_undo.${rung.data}`),
  };
}

function about(t: Translate, question: Question): readonly (Html | null)[] {
  const asked = inTheirWords(t, question);
  return [
    t('approval.asked', { server: bold(shown(asked.server)) }),
    part(t, 'approval.where', asked.where ?? ''),
    part(t, 'approval.effect', asked.effect),
    part(t, 'approval.why', asked.why),
    part(t, 'approval.lost', asked.lost),
    part(t, 'approval.undo', asked.undo),
  ];
}

export function renderQuestion(t: Translate, asked: Question, sign = '✋'): Rendered {
  const [title, ...parts] = about(t, asked);
  return {
    text: join([
      html(`${sign} ${title?.html ?? ''}`),
      asked.round > 1 ? t('approval.round', { round: asked.round }) : null,
      ...parts,
      asked.until === '' ? null : t('approval.until', { until: asked.until }),
    ]),
    buttons: approvalButtons(t, asked.id),
  };
}

function ending(t: Translate, approval: Approval, by: string): Html | null {
  const at = t.moment(approval.decidedAt ?? approval.expiresAt);
  const { note: said } = approval;
  // A decision's note is its person's; why a question was dropped the agent wrote.
  const note = said ? shown(approval.status === 'voided' ? t.detail(said) : said) : null;
  switch (approval.status) {
    case 'open':
      return null;
    case 'expired':
      return t('approval.expired', { at });
    case 'voided':
      return note ? t('approval.voided', { note }) : t('approval.voided_plain');
    default:
      return join([
        t(`approval.${approval.status}`, { by: by === '' ? '–' : by, at }),
        note ? t('approval.note', { note }) : null,
      ]);
  }
}

/** From the facts that the question rests on: they name the very machine. */
function whereOf({ facts }: Approval): string {
  const { ip, provider, provider_ref } = facts;
  return [ip, [provider, provider_ref].filter(isText).join(' ')].filter(isText).join(', ');
}
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The card as it stands: with buttons while it is open, with its ending afterwards. */
export function renderApproval(t: Translate, approval: Approval, by: string): Rendered {
  const question: Question = {
    id: approval.id,
    server: approval.serverHandle,
    where: whereOf(approval),
    effect: approval.effect,
    why: approval.why,
    lost: approval.lost,
    undo: approval.undo,
    until: t.moment(approval.expiresAt),
    round: approval.round,
    rung: approval.arguments.rung,
  };
  const end = ending(t, approval, by);
  if (end === null) return renderQuestion(t, question);
  return { text: join([...about(t, question), end]), buttons: [] };
}
