import type { HostCheck } from './health/reading.ts';
import { HEALTH_PARTS, type HealthReport } from './health/report.ts';
import type { IncidentType } from './incident.ts';

/** Good fresh looks in a row that say "it came back by itself", and those that close an incident. */
export const CAME_BACK_GOODS = 2;
export const PROOF_GOODS = 3;

/** One fresh look at a server and at what is checked of its services. */
export interface Look {
  readonly outcome: HostCheck['outcome'];
  readonly message: string;
  readonly report: HealthReport | null;
  /** Names of services whose checks fail. */
  readonly failedServices: readonly string[];
}

/**
 * What is still wrong of an incident of this kind, for a person to read; null when nothing is. Only
 * what the kind is about counts: a disk that is full is no reason to go on after an outage. Pure.
 */
export function whatIsWrong(type: IncidentType, look: Look): string | null {
  if (look.outcome !== 'answered') return look.message;
  if (look.failedServices.length > 0) return `services fail: ${look.failedServices.join(', ')}`;
  if (look.report === null) return null;
  const parts = HEALTH_PARTS.filter((part) => concerns(type, part));
  const failed = parts.flatMap((part) => {
    const found = look.report?.[part];
    return found?.state === 'failed' ? [`${part}: ${found.reason}`] : [];
  });
  return failed.length === 0 ? null : failed.join('; ');
}

function concerns(type: IncidentType, part: (typeof HEALTH_PARTS)[number]): boolean {
  if (type === 'disk_full') return part === 'disk';
  if (type === 'server_degraded') return part !== 'disk';
  return false;
}

/** What the ladder is chosen for: a host that answers, and whose services fail, is not unreachable. */
export function presentType(type: IncidentType, look: Look): IncidentType {
  return type === 'server_unreachable' && look.outcome === 'answered' ? 'service_down' : type;
}
