import { hands } from './hands.ts';
import type { OrderKind } from './kind.ts';
import { mode } from './mode.ts';
import { rearm } from './rearm.ts';
import { recover } from './recover.ts';
import { reboot, rebuild, reset } from './work.ts';

/** What has to be confirmed, by its verb. */
export const ORDERS = {
  reboot,
  reset,
  rebuild,
  recover,
  mode,
  rearm,
  hands,
} as const satisfies Readonly<Record<string, OrderKind>>;
export type OrderVerb = keyof typeof ORDERS;

export const kindOf = (verb: string): OrderKind | null =>
  Object.hasOwn(ORDERS, verb) ? ORDERS[verb as OrderVerb] : null;
