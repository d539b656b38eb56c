import type { AuditEntry } from '#domain/audit.ts';
import { IncidentType } from '#domain/incident.ts';
import { OperationKind } from '#domain/operation.ts';
import { ServerStatus } from '#domain/server.ts';
import { Role } from '#domain/user.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { ERROR_TEXTS, isErrorCode } from './errors.ts';
import { bold, code, type Html, html, join, shown } from './html.ts';
import { reasonOf } from './reason.ts';

type Data = AuditEntry['data'];
type Name = (actor: string) => string;
/** A sentence without its subject: who did it stands before. */
type Sentence = (t: Translate, target: Html, data: Data, name: Name, actor: string) => Html;

const word = (value: unknown, limit = 120): Html => shown(wordOf(value), limit);

/** A value of an event in one line: no JSON, no brackets. */
function wordOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (Array.isArray(value)) return value.map(wordOf).join(', ');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, part]) => `${key} ${wordOf(part)}`)
      .join(', ');
  }
  return String(value);
}

const status = (t: Translate, value: unknown): Html => {
  const known = ServerStatus.safeParse(value).data;
  return known ? t(`server_status.${known}`) : word(value);
};
const role = (t: Translate, value: unknown): Html => {
  const known = Role.safeParse(value).data;
  return known ? t(`role.${known}`) : t('role.none');
};

const plain =
  (key: MessageKey, ...names: readonly string[]): Sentence =>
  (t, target, data) =>
    t(key, { target, ...Object.fromEntries(names.map((name) => [name, word(data[name])])) });

const SENTENCES: Readonly<Record<string, Sentence>> = {
  'server.create': plain('audit.server_create', 'provider_account'),
  'server.update': (t, target, { care_before: _, ...changed }) =>
    t('audit.server_update', { target, what: word(changed, 300) }),
  'server.status': (t, target, data) =>
    data.from === undefined
      ? t('audit.server_status_to', { target, to: status(t, data.to) })
      : t('audit.server_status', { target, from: status(t, data.from), to: status(t, data.to) }),
  'operation.attempt': plain('audit.attempt', 'attempt', 'of'),
  'operation.cancel_requested': plain('audit.cancel'),
  'operation.supersede_requested': plain('audit.supersede'),
  'operation.rebuild': (t, target, { mode }) =>
    t('audit.ordered', {
      what: t(mode === 'reset' ? 'operation.rebuild_reset' : 'operation.rebuild_reinstall', {
        server: target,
      }),
    }),
  'approval.approve': plain('audit.approve', 'tool'),
  'approval.deny': plain('audit.deny', 'tool'),
  'input.answered': plain('audit.answered', 'purpose'),
  'input.cancelled': plain('audit.declined', 'purpose'),
  'host_keys.replace': (t, target, { reason }) =>
    t('audit.host_keys', { target, reason: word(t.detail(wordOf(reason))) }),
  'user.paired': plain('audit.paired'),
  'user.upsert': (t, target, data) =>
    t('audit.role', { target, from: role(t, data.role_before), to: role(t, data.role) }),
  'token.create': plain('audit.token_create', 'scope'),
  'token.revoke': plain('audit.token_revoke'),
  'incident.open': (t, target, { type }) => {
    const known = IncidentType.safeParse(type).data;
    return t('audit.incident', { target, what: known ? t(`incident_type.${known}`) : word(type) });
  },
  'group.create': plain('audit.group_create'),
  'group.update': plain('audit.group_update'),
  'fleet.freeze': (t, _target, { reason }, _name, actor) =>
    t('audit.freeze', { reason: word(reasonOf(t, wordOf(reason), actor)) }),
  'fleet.rearm': plain('audit.rearm'),
  'fleet.breaker': (t, _target, { reason }) =>
    t('audit.breaker', { reason: word(t.detail(wordOf(reason))) }),
  'maintenance.create': plain('audit.maint'),
  'maintenance.end': plain('audit.maint_end'),
};

const TOOL_STATES: Readonly<Record<string, MessageKey>> = {
  started: 'audit.tool_started',
  done: 'audit.tool_done',
  failed: 'audit.tool_failed',
};

/** Actions that are made of words; what is new is named by its own. */
function madeOf(t: Translate, { action, data }: AuditEntry, target: Html): Html {
  const [subject, ...rest] = action.split('.');
  const last = rest.join('.');
  if (subject === 'operation') {
    const kind = OperationKind.safeParse(last).data;
    if (kind && kind !== 'rebuild') {
      return t('audit.ordered', { what: t(`operation.${kind}`, { server: target }) });
    }
    const key = `operation_status.${last}` as const;
    if (ENDS.has(last)) {
      const ended = t('audit.ended', { target, status: t(key as MessageKey) });
      const why = isErrorCode(data.error) ? t(ERROR_TEXTS[data.error]) : null;
      return join([ended, why], ' ');
    }
  }
  const [tool = '', state = ''] = rest;
  const key = TOOL_STATES[state];
  if (subject === 'tool' && key) {
    const why =
      state === 'failed' && data.message ? word(t.detail(wordOf(data.message)), 200) : null;
    return join([t(key, { target, tool: code(tool) }), why], ': ');
  }
  return t('audit.other', { target, action: code(action) });
}
const ENDS: ReadonlySet<string> = new Set([
  ...['succeeded', 'failed', 'cancelled', 'superseded', 'expired'],
]);

/** When, who, what: a sentence, not a record. */
export function auditLine(t: Translate, entry: AuditEntry, name: Name): Html {
  const { action, target, actor, data, at } = entry;
  const person = name(target);
  const shownTarget = bold(shown(person === '' ? target : person, 64));
  const sentence =
    SENTENCES[action]?.(t, shownTarget, data, name, actor) ?? madeOf(t, entry, shownTarget);
  const who = name(actor);
  return html(
    `${t.moment(at)} · ${who === '' ? t('actor.agent').html : shown(who, 64).html}\n      ${sentence.html}`,
  );
}
