import { DEFAULT_EXPECTATIONS } from '#domain/health/report.ts';
import type { WatchedServer } from '#domain/health/target.ts';

/** A managed server that is ready, in a network of its own. */
export const watched = (number: number, over: Partial<WatchedServer> = {}): WatchedServer => ({
  id: `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
  handle: `vps-${number}`,
  ...{
    status: 'ready',
    care: 'managed',
    handsOff: false,
    mode: 'auto',
    group: 'default',
    labels: {},
  },
  ...{ providerAccount: 'time4vps', region: null, port: 22, jumpHost: null, hasLogin: true },
  address: `10.${number >> 8}.${number & 255}.1`,
  ...{ expectations: DEFAULT_EXPECTATIONS, services: [], underMaintenance: false, busy: false },
  ...{ health: null, openIncidents: {} },
  ...over,
});

export const fleetOf = (size: number, over: Partial<WatchedServer> = {}) =>
  Array.from({ length: size }, (_, at) => watched(at + 1, over));

export const handles = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `vps-${from + at}`);
