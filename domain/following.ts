import type { Severity } from './incident.ts';
import type { Receiver } from './notification.ts';
import type { ChatLanguage } from './user.ts';

export type SubscriptionScope = 'all' | 'group' | 'label';

/** What one chat wants to be told of: this or worse, of everything, a group or a label. */
export interface Subscription {
  readonly id: string;
  readonly receiver: Receiver;
  readonly minSeverity: Severity;
  readonly scope: SubscriptionScope;
  /** A group's name, or `key=value` / `key`; empty for all. */
  readonly target: string;
}

/** The least severity of who wants to hear of nothing: no alert has it, and no person can name it. */
export const NOTHING = 'success' as const satisfies Severity;

const RANK: Readonly<Record<Severity, number>> = {
  info: 0,
  warning: 1,
  error: 2,
  critical: 3,
  success: 4,
};

export const LEVELS = ['critical', 'error', 'warning', 'info'] as const satisfies Severity[];

/** Good news weighs as much as what it ends; by itself it is for those who hear everything. */
export const weightOf = (severity: Severity, ends: Severity | null): Severity =>
  severity === 'success' ? (ends ?? 'info') : severity;

export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  RANK[severity] >= RANK[least];

/** A warning or worse: it may not get lost when Telegram has nobody for it. */
export const isAlarm = (severity: Severity): boolean =>
  severity !== 'success' && isAtLeast(severity, 'warning');

/** What subscriptions look at; null: it concerns the whole fleet. */
export interface Concerned {
  readonly group: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Whether one subscription wants this. What concerns the whole fleet is for every scope. */
export function wants(
  { minSeverity, scope, target }: Pick<Subscription, 'minSeverity' | 'scope' | 'target'>,
  severity: Severity,
  concerned: Concerned | null,
): boolean {
  if (!isAtLeast(severity, minSeverity)) return false;
  if (scope === 'all' || concerned === null) return true;
  if (scope === 'group') return concerned.group === target;
  const at = target.indexOf('=');
  const key = at < 0 ? target : target.slice(0, at);
  if (!Object.hasOwn(concerned.labels, key)) return false;
  return at < 0 || String(concerned.labels[key]) === target.slice(at + 1);
}

/** Minutes after midnight; from 1320 until 420 is the night. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
}

/** What a chat has chosen, and how it is spoken to. */
/** A choice for a group; null: the default again, English and UTC. */
export interface ChatWords {
  readonly language?: ChatLanguage | null;
  /** IANA name. */
  readonly timeZone?: string | null;
}

export interface Reader {
  readonly receiver: Receiver;
  /** As chosen, or as Telegram says; null: nobody knows. */
  readonly language: string | null;
  /** IANA name; null: UTC. */
  readonly timeZone: string | null;
  /** Of the person; null for groups and for people without a role. */
  readonly role: 'viewer' | 'operator' | 'owner' | null;
  readonly quiet: QuietHours | null;
  /** Minutes after midnight of the daily digest. */
  readonly digestAt: number | null;
}

/** Minutes after midnight, and the date, on the wall of that time zone; UTC where it is unknown. */
export function wallClock(at: Date, timeZone: string | null): { day: string; minutes: number } {
  const parts = new Map(partsOf(at, timeZone).map(({ type, value }) => [type, value]));
  const day = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  return { day, minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

function partsOf(at: Date, timeZone: string | null): Intl.DateTimeFormatPart[] {
  const format = (zone: string) =>
    new Intl.DateTimeFormat('en-GB', {
      ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone },
    }).formatToParts(at);
  try {
    return format(timeZone ?? 'UTC');
  } catch {
    return format('UTC');
  }
}

export function isQuiet({ quiet, timeZone }: Pick<Reader, 'quiet' | 'timeZone'>, at: Date) {
  if (quiet === null || quiet.from === quiet.until) return false;
  const { minutes } = wallClock(at, timeZone);
  return quiet.from < quiet.until
    ? minutes >= quiet.from && minutes < quiet.until
    : minutes >= quiet.from || minutes < quiet.until;
}

/** One step of the way along which people are called; without a person: the webhook. */
export interface OnCallSlot {
  readonly id: string;
  readonly position: number;
  readonly telegramId: bigint | null;
  /** How long the one before has before this one is called. */
  readonly afterMinutes: number;
}
