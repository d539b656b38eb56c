import { OpsError } from '#domain/errors.ts';
import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { Clock } from '#domain/ports.ts';
import { whatIsWrong } from '#domain/recovery-proof.ts';
import type { IncidentRepository } from '#domain/repositories.ts';
import type { StepContext } from '#domain/step.ts';
import { serverHealthLook } from '#tools/server/health-look.ts';
import { LOOK_MS } from './phases.ts';

type Context = Pick<StepContext<{ readonly clock: Clock }>, 'deps' | 'tools' | 'signal'>;
export type SeenLook = Awaited<ReturnType<typeof look>>;

export const look = ({ tools }: Pick<Context, 'tools'>) => tools.call(serverHealthLook, {});

/** Further good fresh looks in a row after a first one; what is wrong at the first that is bad. */
export async function staysGood(
  context: Context,
  type: Incident['type'],
  goods: number,
): Promise<string | null> {
  for (let seen = 0; seen < goods; seen++) {
    await context.deps.clock.sleep(LOOK_MS, context.signal);
    const wrong = whatIsWrong(type, await look(context));
    if (wrong !== null) return wrong;
  }
  return null;
}

export const isOpen = ({ status }: Incident): boolean =>
  (OPEN_INCIDENT_STATUSES as readonly string[]).includes(status);

/** The incident that the recovery works on, read afresh. */
export async function incidentOf({
  deps: { incidents },
  state: { incident_id: id },
}: {
  readonly deps: { readonly incidents: IncidentRepository };
  readonly state: { readonly incident_id: string | null };
}): Promise<Incident> {
  const incident = id === null ? null : await incidents.find(id);
  if (incident === null) throw new OpsError('not_found', `There is no incident ${id}.`);
  return incident;
}

export const BY = 'agent:recovery';
