import type { Accepted } from '#domain/agent.ts';
import type { Operation, OperationStatus } from '#domain/operation.ts';
import { isTerminal } from '#domain/operation.ts';
import { CATALOGUES, type MessageKey, type Translate } from '../locales/translate.ts';
import { bold, code, type Html, html, join, shown } from './html.ts';
import type { Button, Rendered } from './message.ts';

export const SIGNS: Readonly<Record<OperationStatus, string>> = {
  queued: '🕓',
  running: '⏳',
  waiting: '✋',
  succeeded: '✅',
  failed: '❌',
  cancelled: '⏹',
  superseded: 'ℹ️',
  expired: '⚠️',
};

export const operationSign = (status: OperationStatus): string => SIGNS[status];

/**
 * Enough of the id for people to tell operations apart, and for /cancel. Its end: the beginning of
 * a version 7 UUID is the time, the same for all that started within a minute.
 */
export const shortId = (id: string): string => id.slice(-8);

export function operationName(t: Translate, operation: Operation): Html {
  const key: MessageKey =
    operation.kind !== 'rebuild'
      ? `operation.${operation.kind}`
      : operation.mode === 'reset'
        ? 'operation.rebuild_reset'
        : 'operation.rebuild_reinstall';
  return t(key, { server: bold(shown(operation.serverHandle)) });
}

/** The two values that sentences about an operation name it by. */
export const named = (t: Translate, operation: Operation) => ({
  operation: operationName(t, operation),
  id: code(shortId(operation.id)),
});

/** How a step is called by people; one that has no words of its own by its id. */
export function stepName(t: Translate, stepId: string): Html {
  const key = `step.${stepId}`;
  return key in CATALOGUES.en ? t(key as MessageKey) : shown(stepId.replaceAll('-', ' '), 64);
}

/** The same at the beginning of a line; in the agent's own words where there are none of people. */
export function stepTitle(t: Translate, { id, title }: { id: string; title: string }): Html {
  const key = `step.${id}`;
  const words = key in CATALOGUES.en ? t.plain(key as MessageKey) : t.detail(title);
  return shown(`${words.charAt(0).toUpperCase()}${words.slice(1)}`, 80);
}

export function operationLine(t: Translate, operation: Operation): Html {
  const { operation: name, id } = named(t, operation);
  const status = t(`operation_status.${operation.status}`).html;
  const progress = operation.status === 'running' ? ` ${operation.percent} %` : '';
  const step = operation.currentStep && !isTerminal(operation.status) ? operation.currentStep : '';
  return join([
    html(`${SIGNS[operation.status]} ${name.html} (${id.html}): ${status}${progress}`),
    step ? html(`      ${stepName(t, step).html}`) : null,
  ]);
}

export const cancelButton = (t: Translate, operation: Operation): Button => ({
  text: t.plain('button.cancel', { server: operation.serverHandle, id: shortId(operation.id) }),
  data: `op.c.${operation.id}`,
});

/** The answer to a request; one that is under way offers to stop it, and counts down before it begins. */
export function renderAccepted(
  t: Translate,
  { operation, outcome }: Accepted,
  now: Date | null = null,
): Rendered {
  const text = t(`accepted.${outcome}`, named(t, operation));
  const { notBefore, status } = operation;
  const left = now && notBefore ? Math.ceil((notBefore.getTime() - now.getTime()) / 1000) : 0;
  const counts = status === 'queued' && left > 0;
  return {
    text: counts ? join([text, t('accepted.starts', { delay: t.duration(left) })]) : text,
    buttons: isTerminal(status) ? [] : [[cancelButton(t, operation)]],
  };
}
