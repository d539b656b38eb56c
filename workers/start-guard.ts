import { AGENT } from '#domain/fleet.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type {
  ApprovalRepository,
  FleetRepository,
  OperationRepository,
  OutboxRepository,
} from '#domain/repositories.ts';
import { nextEpoch, readEpoch, writeEpoch } from './epoch.ts';

/**
 * How often the epoch goes on, beside each start and each orderly stop. What lies behind at all was
 * restored: only a copy that is younger than this, of an agent that was killed, goes unseen.
 */
export const EPOCH_SECONDS = 10;
/** Other processes put the epoch on, too; who is overtaken tries again at most so often. */
const MOST_TRIES = 3;
const GAP_MS = 3_600_000;
/** A twin that is there for longer than a restart takes. */
const TWIN_MS = 60_000;
const MOST_NAMED = 20;

export interface StartGuardDeps {
  readonly fleet: Pick<FleetRepository, 'state' | 'freeze' | 'setEpoch'>;
  readonly approvals: Pick<ApprovalRepository, 'voidAll'>;
  readonly operations: Pick<OperationRepository, 'list'>;
  readonly outbox: OutboxRepository;
  /** The epoch as the data directory has it; null before the first start. */
  readonly file: { read(): Promise<string | null>; write(text: string): Promise<void> };
  readonly clock: Clock;
  readonly log: Logger;
}

/** The past does not act (invariant 11): what the agent cannot trust at its start stops it. */
export function createStartGuard(deps: StartGuardDeps) {
  const { fleet, approvals, operations, outbox, file, clock, log } = deps;

  async function freeze(reason: string): Promise<void> {
    const at = clock.now();
    const { items, total } = await operations.list(
      { status: ['queued', 'running', 'waiting'] },
      { offset: 0, limit: MOST_NAMED },
    );
    if (!(await fleet.freeze(AGENT, reason, at))) return;
    const voided = await approvals.voidAll(reason);
    const names = items.map(({ kind, serverHandle }) => `${kind} ${serverHandle}`);
    const more = total > names.length ? ` and ${total - names.length} more` : '';
    const would = names.length > 0 ? `${names.join(', ')}${more}` : 'nothing';
    log.error({ reason, would, approvals: voided.length }, 'frozen: a human has to re-arm');
    await outbox.enqueue({
      dedupeKey: `fleet_frozen:${at.toISOString()}`,
      ...{ severity: 'critical', kind: 'fleet_frozen', serverHandle: null, operationId: null },
      params: {
        reason: `${reason} It would have run: ${would}. Approvals voided: ${voided.length}.`,
        by: 'agent',
      },
    });
  }

  /** The directory first: whatever it holds was in the database before it was written there. */
  async function look() {
    const text = await file.read();
    const { epoch, heartbeatAt } = await fleet.state();
    const ours = text === null ? null : readEpoch(text);
    return { ours, theirs: readEpoch(epoch), stored: epoch, heartbeatAt };
  }
  type Seen = Awaited<ReturnType<typeof look>>;

  /** Why the database is not the one that this directory saw last; null when it is. */
  function whyOther({ ours, theirs, heartbeatAt }: Seen): string | null {
    if (ours === null || (theirs === null && heartbeatAt === null)) return null;
    if (theirs === null || ours.database !== theirs.database) {
      return 'The database is not the one that this data directory belongs to.';
    }
    if (ours.at <= theirs.at) return null;
    const [was, is] = [theirs, ours].map(({ at }) => new Date(at).toISOString());
    return `The database was restored: it is of ${was}, the last one here was of ${is}.`;
  }

  function whyLate({ heartbeatAt }: Seen): string | null {
    if (heartbeatAt === null) return null;
    const gap = clock.now().getTime() - heartbeatAt.getTime();
    if (gap <= GAP_MS) return null;
    return `Nobody was at work for ${Math.round(gap / 60_000)} minutes.`;
  }

  /**
   * Database and directory say the same again, and later than before. A database that was put back
   * under a running agent is seen here.
   */
  async function goOn(): Promise<void> {
    for (let turn = 0; turn < MOST_TRIES; turn++) {
      const seen = await look();
      const reason = whyOther(seen);
      if (reason !== null) await freeze(reason);
      const next = writeEpoch(nextEpoch([seen.theirs, seen.ours], clock.now()));
      // The database first: a directory that is behind is no alarm, one that is ahead is.
      if (await fleet.setEpoch(next, seen.stored)) return file.write(next);
    }
  }

  let conflictFrom: number | null = null;
  let conflictSeen = 0;

  return {
    /** Before anything else runs, and before the first heartbeat of this process. */
    async atStart(): Promise<void> {
      const seen = await look();
      const reason = whyOther(seen) ?? whyLate(seen);
      if (reason !== null) await freeze(reason);
      await goOn();
    },
    goOn,
    /** Called every few seconds with what polling knows; a lasting conflict is a second agent. */
    async watchTwin(conflictSince: Date | null): Promise<void> {
      const now = clock.now().getTime();
      if (conflictSince === null) return;
      const goesOn = conflictFrom !== null && now - conflictSeen <= TWIN_MS && now >= conflictSeen;
      if (!goesOn) conflictFrom = now;
      conflictSeen = now;
      if (conflictFrom === null || now - conflictFrom < TWIN_MS) return;
      await freeze('Telegram reports a second agent with the same bot token.');
    },
  };
}
