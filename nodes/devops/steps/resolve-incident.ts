import type { Step } from '#domain/step.ts';
import { BY, incidentOf, isOpen } from '../../recovery/look.ts';
import { RECOVERY_SECONDS } from '../../recovery/phases.ts';
import type { DevopsDeps } from '../deps.ts';

/** Closes what was proven over. The server's status moves with the operation's end. */
export const resolveIncident: Step<DevopsDeps> = {
  id: 'resolve-incident',
  title: 'Resolve the incident',
  timeoutSeconds: RECOVERY_SECONDS['resolve-incident'],
  weight: 1,
  only: ['recover'],
  async run(context) {
    const { deps, state, memo } = context;
    const { rung, rung_record } = state;
    const record = rung_record === null ? null : await deps.recoveries.find(rung_record);
    if (record?.outcome === 'running') {
      await deps.recoveries.finish(record.id, 'helped', 'proven by fresh looks from outside');
    }
    const incident = await incidentOf(context);
    const update = { route: 'end', failure: null } as const;
    if (!isOpen(incident) && memo.get().resolved !== incident.id) {
      return { status: 'skipped', summary: `it is ${incident.status} already`, update };
    }
    const closeReason = rung === null ? 'came back by itself' : `recovered: ${rung}`;
    await memo.put({ resolved: incident.id });
    if (isOpen(incident)) {
      await deps.incidents.update(
        incident.id,
        { status: 'resolved', closedBy: BY, closeReason },
        BY,
      );
    }
    return { status: 'done', summary: closeReason, update };
  },
};
