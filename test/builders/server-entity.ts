import { createHash } from 'node:crypto';
import type { Server } from '#domain/server.ts';

const THEN = new Date('2026-01-02T03:04:05Z');

/** A UUID of its own for each handle, as rows have. */
export const idOf = (handle: string): string => {
  const hex = createHash('sha256').update(handle).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** A plain entity, no row: a managed server that is ready, unless told otherwise. */
export const serverEntity = (handle: string, over: Partial<Server> = {}): Server => ({
  id: idOf(handle),
  handle,
  providerAccountId: 'account',
  provider: 'time4vps',
  providerRef: handle.replace(/^vps-/, ''),
  status: 'ready',
  statusBefore: null,
  care: 'managed',
  handsOff: false,
  connection: {
    ipv4: '192.0.2.7',
    ipv6: null,
    family: 'ipv4',
    port: 22,
    user: 'root',
    become: 'none',
    jumpHost: null,
  },
  group: 'default',
  openPorts: [],
  labels: {},
  notes: '',
  os: 'debian-12',
  hostname: null,
  episode: 1,
  provisioningAttempts: 0,
  lastHealthCheck: null,
  lastIncident: null,
  servesAsJumpHost: false,
  missingSince: null,
  mode: null,
  rebuildable: false,
  region: null,
  createdAt: THEN,
  updatedAt: THEN,
  ...over,
});
