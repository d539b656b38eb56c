import { Annotation } from '@langchain/langgraph';
import type { OpsState } from '#domain/state.ts';

const last = <K extends keyof OpsState>(fallback: OpsState[K]) =>
  Annotation<OpsState[K]>({ reducer: (_, next) => next, default: () => fallback });

/** The reducers of domain/state.ts: the last word wins; outcomes of steps are merged by step id. */
export const OpsAnnotation = Annotation.Root({
  operation_id: last<'operation_id'>(''),
  kind: last<'kind'>('provision'),
  mode: last<'mode'>(null),
  server_to_provision: last<'server_to_provision'>(''),
  is_incident_recovery: last<'is_incident_recovery'>(false),
  incident_id: last<'incident_id'>(null),
  rung: last<'rung'>(null),
  rung_record: last<'rung_record'>(null),
  approval_id: last<'approval_id'>(null),
  attempt: last<'attempt'>(0),
  route: last<'route'>(null),
  steps: Annotation<OpsState['steps']>({
    reducer: (before, update) => ({ ...before, ...update }),
    default: () => ({}),
  }),
  parked: last<'parked'>(null),
  credential_id: last<'credential_id'>(null),
  access: last<'access'>('unknown'),
  failure: last<'failure'>(null),
  provisioning_result: last<'provisioning_result'>(null),
});
