import {
  HEALTH_PARTS,
  type HealthPart,
  type HealthPartName,
  type HealthReport,
  type HealthState,
} from '#domain/health/report.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { type Html, html, join, shown } from './html.ts';

export const HEALTH_SIGNS: Readonly<Record<HealthState, string>> = {
  ok: '✅',
  degraded: '⚠️',
  failed: '❌',
  unknown: '❔',
};

/** Reasons of domain/health/judge.ts that say the same each time; others are shown as they are. */
const REASONS: Readonly<Record<string, MessageKey>> = {
  'not seen': 'reason.not_seen',
  'only root may ask': 'reason.root_only',
  'not installed': 'reason.not_installed',
  'not active': 'reason.not_active',
  'an upgrade asks for a reboot': 'reason.reboot',
  'not synchronised': 'reason.clock',
  'the host does not say': 'reason.not_said',
  'active, ports unseen': 'reason.ports_unseen',
  'active, but ports that containers publish bypass it': 'reason.ports_open',
};

const NUMBERS: readonly (readonly [HealthPartName, RegExp, MessageKey])[] = [
  ['disk', /^(?<percent>\d+)% of (?<what>\S+), (?<inodes>\d+)% of its inodes$/, 'health.disk'],
  ['memory', /^(?<percent>\d+)% of (?<what>\d+) MiB in use$/, 'health.memory'],
  ['load', /^(?<percent>[\d.]+) on (?<what>\d+) cores$/, 'health.load'],
];

/** Disk, memory and load in the reader's words; null for what no check has seen. */
export function figures(
  t: Translate,
  report: HealthReport,
): Readonly<Record<'disk' | 'memory' | 'load', Html | null>> {
  const number = (value: number) => numberText(t, value, 2);
  const said = NUMBERS.map(([name, pattern, key]) => {
    const { state, reason } = report[name];
    const { percent, what = '' } = pattern.exec(reason)?.groups ?? {};
    if (percent === undefined) return null;
    const value = name === 'memory' ? gigabytes(t, Number(what)) : what;
    const sign = state === 'ok' ? '' : `${HEALTH_SIGNS[state]} `;
    const where = name === 'disk' && what !== '/' ? ` (${shown(what, 30).html})` : '';
    const text = t(key, { percent: number(Number(percent)), what: value }).html;
    return html(`${sign}${text}${where}`);
  });
  const [disk = null, memory = null, load = null] = said;
  return { disk, memory, load };
}

/** A number as the reader writes it. */
export const numberText = (t: Translate, value: number, digits: number): string =>
  new Intl.NumberFormat(t.language, { maximumFractionDigits: digits }).format(value);

const gigabytes = (t: Translate, mebibytes: number): string =>
  t.plain('health.gib', { gib: numberText(t, mebibytes / 1024, 1) });

/** What else is not as it should be, a line each; the worst first. */
export function complaints(t: Translate, report: HealthReport): readonly Html[] {
  const told: readonly HealthPartName[] = NUMBERS.map(([name]) => name);
  const parts = HEALTH_PARTS.map((name) => [name, report[name]] as const).filter(
    ([name, { state, reason }]) =>
      (state === 'failed' || state === 'degraded') &&
      // Of those with figures only what the figures do not say, inodes for example.
      (!told.includes(name) || isInodes(name, reason)),
  );
  const order = (state: HealthState) => (state === 'failed' ? 0 : 1);
  return parts
    .sort(([, a], [, b]) => order(a.state) - order(b.state))
    .map(([name, part]) => complaint(t, name, part));
}

function complaint(t: Translate, name: HealthPartName, { state, reason }: HealthPart): Html {
  const key = REASONS[reason];
  return join(
    [
      html(`${HEALTH_SIGNS[state]} ${t(`health_part.${name}`).html}:`),
      key ? t(key) : shown(t.detail(reason), 120),
    ],
    ' ',
  );
}

function isInodes(name: HealthPartName, reason: string): boolean {
  const { percent, inodes } = NUMBERS[0]?.[1].exec(reason)?.groups ?? {};
  return name === 'disk' && Number(inodes) > Number(percent);
}
