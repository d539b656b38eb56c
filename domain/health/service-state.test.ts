import { describe, expect, it } from 'vitest';
import { serviceState } from './service-state.ts';
import type { PlacedService } from './target.ts';

const placed = (over: Partial<PlacedService> = {}): PlacedService => ({
  serverId: 'id-1',
  serverHandle: 'vps-1',
  service: { id: 's', name: 'web', checks: [{ kind: 'tcp', port: 80 }] },
  health: { state: 'ok', lastCheckAt: new Date(0) },
  incidents: [],
  ...over,
});
const incident = (
  type: 'service_down' | 'certificate_expiring',
  ...affectedServices: string[]
) => ({
  id: 'i',
  type,
  details: '',
  affectedServices,
});

describe('the state of a service', () => {
  it.each([
    ['ok', {}],
    ['ok', { health: { state: 'degraded', lastCheckAt: null } }],
    ['failed', { incidents: [incident('service_down', 'db', 'web')] }],
    ['degraded', { incidents: [incident('certificate_expiring', 'web')] }],
    ['ok', { incidents: [incident('certificate_expiring', 'db')] }],
    [
      'failed',
      { incidents: [incident('certificate_expiring', 'web'), incident('service_down', 'web')] },
    ],
    // Another is down: what fails later is not named by that incident.
    ['unknown', { incidents: [incident('service_down', 'db')] }],
    ['unknown', { health: null }],
    ['unknown', { health: { state: 'failed', lastCheckAt: null } }],
    ['unknown', { service: { id: 's', name: 'web', checks: [] } }],
  ] as const)('is %s with %j', (state, over) => {
    expect(serviceState(placed(over as Partial<PlacedService>))).toBe(state);
  });
});
