import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90s`, `30m`, `2h` or `7d`. */
export function seconds(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/i.exec(text) ?? [];
  const value = Number(count) * (UNITS[unit.toLowerCase()] ?? 0);
  if (value > 0) return value;
  throw new InvalidArgumentError('A duration is like 30m, 2h or 7d.');
}

/** A moment as ISO 8601: given as such, or as how long ago (`7d`). */
export function since(text: string): string {
  if (/^\d{1,6}[smhd]$/i.test(text))
    return new Date(Date.now() - seconds(text) * 1000).toISOString();
  return moment(text);
}

/** A moment as ISO 8601, in UTC. */
export function moment(text: string): string {
  const at = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new InvalidArgumentError('A time is like 2026-01-31T12:00Z.');
}
