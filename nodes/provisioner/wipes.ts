import type { StepContext } from '#domain/step.ts';

/** Whether this run reinstalls: by a human's rebuild, or by the last rung of a recovery. */
export const wipes = ({ operation, state }: Pick<StepContext<unknown>, 'operation' | 'state'>) =>
  operation.kind === 'recover'
    ? state.rung === 'reinstall'
    : operation.kind === 'rebuild' && operation.mode === 'reinstall';

/** A rung of a recovery that has harder ones above it: it never waits for a human's hand. */
export const isLesserRung = ({
  operation,
  state,
}: Pick<StepContext<unknown>, 'operation' | 'state'>) =>
  operation.kind === 'recover' && state.rung !== 'reinstall';
