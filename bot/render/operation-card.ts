import type { OperationProgress } from '#domain/card.ts';
import { isTerminal, type Operation, type OperationKind } from '#domain/operation.ts';
import type { Translate } from '../locales/translate.ts';
import { ERROR_TEXTS } from './errors.ts';
import { bold, code, type Html, html, italic, join, shown } from './html.ts';
import type { Button, Rendered } from './message.ts';
import { cancelButton, named, SIGNS, stepName, stepTitle } from './operation.ts';

export interface OperationCard {
  readonly progress: OperationProgress;
  readonly mayAct: boolean;
  readonly now: Date;
}

/** Held back until then, so that a person may still say stop. */
type Timed = Operation & { readonly notBefore?: Date | null };

const STEP_SIGNS: Readonly<Record<OperationProgress['steps'][number]['status'], string>> = {
  started: '▶️',
  done: '✔️',
  skipped: '⏭',
  failed: '✖️',
  undone: '↩️',
  undo_failed: '⚠️',
};
const BAR = 12;
/** Lines that a phone shows without scrolling. */
const LISTED = 14;

/** The one message of an operation: steps, progress, what runs now, and how it ended. */
export function renderOperationCard(t: Translate, operation: Timed, card: OperationCard): Rendered {
  const { operation: name, id } = named(t, operation);
  const over = isTerminal(operation.status);
  return {
    text: join([
      html(`${SIGNS[operation.status]} ${bold(name).html} (${id.html})`),
      over ? null : countdown(t, operation, card.now),
      operation.percent === 0 && !over ? null : bar(operation),
      ...stepLines(t, card.progress, over),
      ...(over ? ending(t, operation) : waiting(t, operation)),
      elapsed(t, operation, card.now),
    ]),
    buttons: card.mayAct ? buttons(t, operation) : [],
  };
}

const bar = ({ percent }: Operation): Html => {
  const full = Math.round((percent / 100) * BAR);
  return html(`${code('█'.repeat(full) + '░'.repeat(BAR - full)).html} ${percent} %`);
};

function countdown(t: Translate, { status, notBefore }: Timed, now: Date): Html | null {
  const left = notBefore ? notBefore.getTime() - now.getTime() : 0;
  if (status !== 'queued' || left <= 0) return null;
  return t('op_card.countdown', { left: t.duration(Math.ceil(left / 1000)) });
}

function stepLines(t: Translate, { steps, task }: OperationProgress, over: boolean): Html[] {
  const hidden = Math.max(0, steps.length - LISTED);
  const lines = steps
    .slice(hidden)
    .map((step) => html(`${STEP_SIGNS[step.status]} ${stepTitle(t, step).html}`));
  return [
    ...(hidden > 0 ? [t('op_card.earlier', { count: hidden })] : []),
    ...lines,
    ...(task !== null && !over ? [html(`      ${italic(shown(t.detail(task), 80)).html}`)] : []),
  ];
}

function waiting(t: Translate, { status, inputRequestId, approvalId }: Operation) {
  if (status !== 'waiting') return [];
  if (approvalId) return [t('op_card.waits_approval')];
  return [inputRequestId ? t('op_card.waits_input') : t('op_card.waits')];
}

function ending(t: Translate, { status, error }: Operation): readonly (Html | null)[] {
  return [
    bold(t(`operation_status.${status}`)),
    error && status === 'failed' ? t(ERROR_TEXTS[error.code]) : null,
    error?.step ? t('note.step', { step: stepName(t, error.step) }) : null,
    error ? italic(shown(t.detail(error.message))) : null,
    error?.hint ? shown(t.detail(error.hint)) : null,
  ];
}

function elapsed(t: Translate, { startedAt, finishedAt }: Operation, now: Date): Html | null {
  if (startedAt === null) return null;
  const seconds = ((finishedAt ?? now).getTime() - startedAt.getTime()) / 1000;
  const duration = t.duration(seconds);
  return finishedAt ? t('note.took', { duration }) : t('op_card.elapsed', { duration });
}

/** The order that does the same again. */
const AGAIN: Readonly<Record<OperationKind, string>> = {
  provision: 'provision',
  rebuild: 'rebuild',
  recover: 'recover',
  reboot: 'reboot',
  deploy: 'redeploy',
};

function buttons(t: Translate, operation: Operation): Button[][] {
  if (!isTerminal(operation.status)) {
    return operation.stopRequested === null ? [[cancelButton(t, operation)]] : [];
  }
  const { kind, mode, serverId, status } = operation;
  const server = { text: t.plain('button.server_card'), data: `sv.${serverId}` };
  if (status !== 'failed') return [[server]];
  const verb = kind === 'rebuild' && mode === 'reset' ? 'reset' : AGAIN[kind];
  return [[{ text: t.plain('button.try_again'), data: `do.${verb}.${serverId}` }, server]];
}
