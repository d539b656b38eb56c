import type { Clock, Logger } from '#domain/ports.ts';
import type { MaintenanceRepository } from '#domain/repositories.ts';

/** How often windows are looked at: what begins or ends is late by no more than this. */
export const MAINTENANCE_SECONDS = 10;

/** Servers go into maintenance when their window begins, and out of it when the last one ends. */
export const createMaintenance =
  ({
    maintenance,
    clock,
    log,
    onEnded,
  }: {
    readonly maintenance: Pick<MaintenanceRepository, 'apply'>;
    readonly clock: Clock;
    readonly log: Logger;
    /** The one re-evaluation at the end. */
    readonly onEnded: (handle: string) => void;
  }) =>
  async (): Promise<void> => {
    const { begun, ended } = await maintenance.apply(clock.now());
    if (begun.length > 0) log.info({ servers: begun }, 'maintenance begins');
    if (ended.length > 0) log.info({ servers: ended }, 'maintenance ends');
    for (const handle of ended) onEnded(handle);
  };
