import {
  isTerminal,
  type Operation,
  type OperationStep,
  type StepStatus,
} from '#domain/operation.ts';
import type { Translate } from '../locales/translate.ts';
import { shortId as short } from '../short-id.ts';
import { renderError } from './errors.ts';
import { bold, facts, type Html, html, join, sections, shown, shownPlain } from './html.ts';
import type { Button, Rendered } from './message.ts';
import {
  cancelButton,
  operationLine,
  operationName,
  operationSign,
  shortId,
  stepName,
} from './operation.ts';
import { type Pages, pageLine, turnButtons } from './pages.ts';

const STEP_SIGNS: Readonly<Record<StepStatus, string>> = {
  started: '⏳',
  done: '✅',
  skipped: '➖',
  failed: '❌',
  undone: '↩️',
  undo_failed: '🚨',
};
const SUMMARY = 160;
/** Enough for every list of steps; a longer one would not fit the message. */
const STEPS = 20;

/** A page of operations; `server` is the id of the one they are of, or ''. */
export interface OperationPlace {
  readonly page: number;
  readonly server: string;
}
const tail = ({ server }: OperationPlace) => (server === '' ? '' : `.${short(server)}`);
export const operationListData = (place: OperationPlace): string =>
  `op.p.${place.page}${tail(place)}`;
export const operationData = (id: string, place: OperationPlace): string =>
  `op.v.${short(id)}.${place.page}${tail(place)}`;

export function renderOperations(
  t: Translate,
  items: readonly Operation[],
  pages: Pages,
  place: OperationPlace,
  server: string,
): Rendered {
  const button = (operation: Operation): readonly Button[] => [
    {
      text: `${operationSign(operation.status)} ${shownPlain(operation.serverHandle, 24)} · ${shortId(operation.id)}`,
      data: operationData(operation.id, place),
    },
  ];
  return {
    text: join([
      server === '' ? null : bold(shown(server)),
      items.length === 0 ? t('operations.none') : bold(t('operations.title')),
      ...items.map((operation) => operationLine(t, operation)),
      pageLine(t, pages),
    ]),
    buttons: [
      ...items.map(button),
      ...turnButtons(t, pages, (page) => operationListData({ ...place, page })),
      [{ text: t.plain('button.refresh'), data: operationListData(place) }],
    ],
  };
}

const lasted = (t: Translate, from: Date, until: Date): string =>
  t.duration((until.getTime() - from.getTime()) / 1000);

function stepLine(t: Translate, step: OperationStep, now: Date): Html {
  const { stepId, status, summary, startedAt, finishedAt, attempt } = step;
  const said = status === 'failed' || status === 'undo_failed' ? summary : null;
  const time = status === 'skipped' ? null : html(lasted(t, startedAt, finishedAt ?? now));
  const more = attempt > 1 ? t('step.attempt', { attempt }) : null;
  return join([
    html(`${STEP_SIGNS[status]} ${facts([stepName(t, stepId), time, more])?.html ?? ''}`),
    said ? html(`      ${shown(t.detail(said), SUMMARY).html}`) : null,
  ]);
}

/** An operation with its steps as far as it got. */
export function renderOperationView(
  t: Translate,
  operation: Operation,
  steps: readonly OperationStep[],
  place: OperationPlace,
  more: { readonly by: string; readonly mayStop: boolean; readonly now: Date },
): Rendered {
  const { now, by } = more;
  const { status, createdAt, startedAt, finishedAt, error } = operation;
  const over = isTerminal(status);
  const went = startedAt && lasted(t, startedAt, finishedAt ?? now);
  return {
    text: sections([
      [
        html(`${operationSign(status)} ${operationName(t, operation).html}`),
        facts([
          t(`operation_status.${status}`),
          status === 'running' ? html(`${operation.percent} %`) : null,
          went ? t(over ? 'op.took' : 'op.running_for', { time: went }) : null,
        ]),
        t('op.asked', { at: t.moment(createdAt), by: by === '' ? t('actor.agent') : by }),
        operation.stopRequested && !over ? t('op.stopping') : null,
        operation.attempt > 1 ? t('op.attempts', { count: operation.attempt }) : null,
      ],
      [
        ...steps.slice(-STEPS).map((step) => stepLine(t, step, now)),
        status === 'waiting' && operation.wakeAt
          ? t('op.wakes', { at: t.moment(operation.wakeAt) })
          : null,
        status === 'waiting' && operation.approvalId ? t('op.needs_approval') : null,
        status === 'waiting' && operation.inputRequestId ? t('op.needs_answer') : null,
      ],
      error && status !== 'succeeded'
        ? [renderError(t, { ...error, hint: error.hint ?? undefined })]
        : [],
    ]),
    buttons: [
      ...(more.mayStop && !over ? [[cancelButton(t, operation)]] : []),
      [
        { text: t.plain('button.refresh'), data: operationData(operation.id, place) },
        { text: t.plain('button.server'), data: `sv.${operation.serverId}` },
      ],
      [{ text: t.plain('button.to_list'), data: operationListData(place) }],
    ],
  };
}
