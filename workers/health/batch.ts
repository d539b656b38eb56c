import { toOpsError } from '#domain/errors.ts';
import type { HealthSample, TargetHealth } from '#domain/health/target.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { HealthRepository } from '#domain/repositories.ts';

interface Row {
  readonly health: TargetHealth;
  readonly sample: HealthSample;
}

const WRITE_EVERY_MS = 1000;
/** Rows of one statement. */
const MOST_AT_ONCE = 2000;
/** Kept while the database is away; then the oldest are lost. */
const MOST_KEPT = 20_000;

/** Collects results and writes them once a second, in one batch. */
export function createBatch({
  health,
  clock,
  log,
}: {
  readonly health: Pick<HealthRepository, 'write'>;
  readonly clock: Clock;
  readonly log: Logger;
}) {
  let rows: Row[] = [];
  let writing: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    while (rows.length > 0) {
      const some = rows.splice(0, MOST_AT_ONCE);
      try {
        await health.write(some);
      } catch (error) {
        rows = [...some, ...rows].slice(-MOST_KEPT);
        throw error;
      }
    }
  }

  /** Writes what there is now; throws when the database does not take it (it is kept). */
  async function flush(): Promise<void> {
    // A batch under way may have been cut before the newest row came.
    await writing?.catch(() => undefined);
    writing ??= writeAll().finally(() => {
      writing = null;
    });
    await writing;
  }

  return {
    add(row: Row): void {
      rows.push(row);
    },
    /** Drops what is not written yet of servers that are not ours any more. */
    drop(serverIds: ReadonlySet<string>): void {
      rows = rows.filter(({ health: { serverId } }) => !serverIds.has(serverId));
    },
    flush,
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await clock.sleep(WRITE_EVERY_MS, signal).catch(() => undefined);
        await flush().catch((error: unknown) => {
          log.warn({ rows: rows.length, error: toOpsError(error).message }, 'checks not written');
        });
      }
    },
  };
}
export type Batch = ReturnType<typeof createBatch>;
