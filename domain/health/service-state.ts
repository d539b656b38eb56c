import type { HealthState } from './report.ts';
import type { PlacedService } from './target.ts';

export const SERVICE_INCIDENTS = ['service_down', 'certificate_expiring'] as const;

/**
 * Whether a service is well: it fails where an open incident names it, and is unknown where nobody
 * looks, where its server does not answer, and beside one that is down (what fails after it joins
 * that incident without being named).
 */
export function serviceState({ service, health, incidents }: PlacedService): HealthState {
  const about = (type: (typeof SERVICE_INCIDENTS)[number]) =>
    incidents.filter((incident) => incident.type === type);
  const names = (list: PlacedService['incidents']) =>
    list.some(({ affectedServices }) => affectedServices.includes(service.name));
  const down = about('service_down');
  if (names(down)) return 'failed';
  if (service.checks.length === 0 || down.length > 0) return 'unknown';
  if (health === null || health.state === 'unknown' || health.state === 'failed') return 'unknown';
  return names(about('certificate_expiring')) ? 'degraded' : 'ok';
}
