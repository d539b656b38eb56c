import { toOpsError } from '#domain/errors.ts';
import type { Notification } from '#domain/notification.ts';
import type { Operation } from '#domain/operation.ts';
import type { Logger } from '#domain/ports.ts';
import type { OutboxRepository } from '#domain/repositories.ts';

const STARTS: Readonly<Record<Operation['kind'], Notification['kind'] | null>> = {
  provision: 'provisioning_started',
  rebuild: 'rebuild_started',
  reboot: 'reboot_started',
  // The incident was told when it was opened; one message each is enough.
  recover: null,
  deploy: null,
};

/** Told once per operation; a notification that fails never changes an outcome. */
export async function announce(
  operation: Operation,
  { outbox, log }: { readonly outbox: OutboxRepository; readonly log: Logger },
): Promise<void> {
  const kind = STARTS[operation.kind];
  if (kind === null) return;
  try {
    await outbox.enqueue({
      dedupeKey: `${operation.id}:started`,
      severity: 'info',
      kind,
      params: {
        server: operation.serverHandle,
        by: operation.requestedBy,
        mode: operation.mode ?? '',
      },
      serverHandle: operation.serverHandle,
      operationId: operation.id,
    });
  } catch (error) {
    log.warn({ error: toOpsError(error).message }, 'the start was not announced');
  }
}
