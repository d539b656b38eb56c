import type { GraphRunner } from '#domain/graph-run.ts';
import type { Operation } from '#domain/operation.ts';
import type {
  InputRequestRepository,
  OperationRepository,
  OutboxRepository,
  Take,
} from '#domain/repositories.ts';

export interface VersionGateDeps {
  readonly operations: OperationRepository;
  readonly inputs: InputRequestRepository;
  readonly outbox: OutboxRepository;
  readonly runner: GraphRunner;
  readonly settings: { readonly inputTtlSeconds: number };
}

/** A thread begun under another list of steps is not continued blindly: a human says go on. */
export async function parkedForVersion(
  operation: Operation,
  take: Take,
  deps: VersionGateDeps,
): Promise<boolean> {
  const { operations, inputs, runner, settings, outbox } = deps;
  if (operation.graphVersion === runner.version || operation.stopRequested !== null) return false;
  const purpose = `graph-version-${runner.version}`;
  const latest = await inputs.latest(operation.id, 'zavhoz', purpose);
  if (latest?.status === 'answered' || latest?.status === 'used') {
    // Every step looks before it acts, so starting the new list from its first step is safe.
    await runner.forget(operation.id);
    await operations.adoptVersion(take, runner.version);
    return false;
  }
  if (latest !== null && latest.status !== 'open') {
    const message = 'It was begun by another version of Zavhoz, and nobody said to go on.';
    const error = { code: 'expired' as const, message, hint: 'Order it again.', step: null };
    await operations.finish(take, { status: 'failed', error, notification: null });
    return true;
  }
  const question = `Operation ${operation.id} on ${operation.serverHandle} was begun by another version of Zavhoz, whose steps differ. Answer "done" to run the present steps from the first one (each looks before it acts), or decline to end it.`;
  const asked = await inputs.ask(take, 'zavhoz', operation.serverHandle, {
    purpose,
    kind: 'confirm',
    question,
    expiresInSeconds: settings.inputTtlSeconds,
  });
  await outbox.enqueue({
    dedupeKey: `${asked.id}:asked`,
    severity: 'warning',
    kind: 'input_needed',
    params: { server: operation.serverHandle, question, request: asked.id, input: 'confirm' },
    serverHandle: operation.serverHandle,
    operationId: operation.id,
  });
  await operations.park(take, { wakeAt: null, inputRequestId: asked.id, approvalId: null });
  return true;
}
