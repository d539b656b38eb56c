import { randomUUID } from 'node:crypto';

/**
 * The epoch is a UUID of version 7: its first half is a time that only goes forward, its second one
 * names the database. Database and data directory hold the same one; after a restore the database's
 * lies behind.
 */
const SHAPE = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-([0-9a-f]{4}-[0-9a-f]{12})$/;

export interface Epoch {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly database: string;
}

/** Null for what is no epoch of ours: a new database carries a random UUID. */
export function readEpoch(text: string): Epoch | null {
  const match = SHAPE.exec(text.trim());
  if (match === null) return null;
  return { at: Number.parseInt(`${match[1]}${match[2]}`, 16), database: match[3] as string };
}

export function writeEpoch({ at, database }: Epoch): string {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-${database}`;
}

/** The next one: the same database, later than both, whatever the clock says. */
export function nextEpoch(known: readonly (Epoch | null)[], now: Date): Epoch {
  const present = known.filter((epoch) => epoch !== null);
  const at = Math.max(now.getTime(), ...present.map((epoch) => epoch.at + 1));
  return { at, database: present[0]?.database ?? randomUUID().slice(19) };
}
