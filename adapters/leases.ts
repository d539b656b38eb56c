import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { OpsError } from '#domain/errors.ts';
import type { HeldLease, Leases, Logger } from '#domain/ports.ts';
import { isCertainlyDead, type LeaseHolder, thisProcess } from './lease-holder.ts';

export interface LeaseOptions {
  readonly databaseUrl: string;
  /** A name for people who look at the table. */
  readonly holder?: string;
  readonly ttlSeconds?: number;
  readonly renewSeconds?: number;
  readonly log: Logger;
}

export interface OwnedLeases extends Leases {
  /** Ends the leases of dead processes of this machine; also done at the start and while it runs. */
  reclaim(): Promise<readonly string[]>;
  /** Gives all held leases back and closes the connections. */
  close(): Promise<void>;
}

/** One that is being held, with the means to end it. */
interface Grip extends HeldLease {
  renewed(at: number): void;
  lose(why: string): void;
}

/**
 * Exclusive ownership as rows: the database's clock decides, a timer renews over two connections of
 * its own, and each take counts the fence up (a released row stays, so that it never counts down).
 * `take` throws OpsError `storage_unavailable` when the database does not answer.
 */
export function createLeases(options: LeaseOptions): OwnedLeases {
  const { ttlSeconds = 60, renewSeconds = 10, log } = options;
  const us = thisProcess(options.holder ?? `pid ${process.pid}`);
  const grips = new Set<Grip>();
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: 2,
    // A renewal that hangs must fail while there is still time for another.
    connectionTimeoutMillis: renewSeconds * 1000,
    query_timeout: renewSeconds * 1000,
    keepAlive: true,
    application_name: 'zavhoz-leases',
  });
  pool.on('error', (error) => log.debug({ error: error.message }, 'lease connection lost'));

  const query = async <Row extends pg.QueryResultRow>(sql: string, values: unknown[]) => {
    try {
      return (await pool.query<Row>(sql, values)).rows;
    } catch (cause) {
      throw new OpsError('storage_unavailable', 'The database does not answer just now.', {
        cause,
      });
    }
  };

  const reclaim = async () => {
    const living = await query<{ resource: string; token: number; holder: LeaseHolder }>(
      "SELECT resource, token, holder FROM lease WHERE until > now() AND holder->>'boot' = $1",
      [us.boot],
    );
    const dead = living.filter(({ holder }) => isCertainlyDead(holder, us));
    const ended = await query<{ resource: string }>(
      `UPDATE lease SET until = now() FROM unnest($1::text[], $2::int[]) AS dead (resource, token)
        WHERE lease.resource = dead.resource AND lease.token = dead.token AND until > now()
       RETURNING lease.resource`,
      [dead.map((one) => one.resource), dead.map((one) => one.token)],
    );
    for (const { resource } of ended) log.info({ resource }, 'ended the lease of a dead process');
    return ended.map((one) => one.resource);
  };

  /** Released, though the database could not be told yet: told by the next turn that reaches it. */
  const owed = new Map<string, number>();
  const giveBack = async () => {
    for (const [resource, fence] of [...owed]) {
      const end =
        'UPDATE lease SET until = now() WHERE resource = $1 AND token = $2 AND until > now()';
      await query(end, [resource, fence]);
      if (owed.get(resource) === fence) owed.delete(resource);
    }
  };

  const upsert = async (resource: string): Promise<number | null> => {
    const [row] = await query<{ token: number }>(
      `INSERT INTO lease AS l (resource, holder, token, until)
       VALUES ($1, $2, 1, now() + make_interval(secs => $3))
       ON CONFLICT (resource) DO UPDATE
          SET holder = excluded.holder, token = l.token + 1, until = excluded.until
        WHERE l.until <= now()
       RETURNING token`,
      [resource, JSON.stringify(us), ttlSeconds],
    );
    return row?.token ?? null;
  };

  const grip = (resource: string, fence: number, since: number): Grip => {
    const lost = new AbortController();
    let renewedAt = since;
    let released = false;
    const end = () => {
      clearInterval(watch);
      grips.delete(held);
    };
    const lose = (why: string) => {
      end();
      if (released || lost.signal.aborted) return;
      log.warn({ resource, fence, why }, 'lease lost');
      lost.abort(new OpsError('lease_lost', `The lease on ${resource} was lost: ${why}.`));
    };
    // By our own monotonic clock, counted from before the last successful renewal was sent: the row
    // may be anybody's after that, whatever the network does to our queries.
    const watch = setInterval(
      () => {
        if (performance.now() - renewedAt >= ttlSeconds * 1000) lose('it could not be renewed');
      },
      Math.min(250, ttlSeconds * 100),
    );
    watch.unref();
    const held: Grip = {
      resource,
      fence,
      signal: lost.signal,
      renewed: (at) => {
        renewedAt = at;
      },
      lose,
      async release() {
        if (released) return;
        released = true;
        end();
        owed.set(resource, fence);
        await giveBack().catch((error) => {
          log.debug({ resource, error: error.message }, 'lease not given back yet');
        });
      },
    };
    grips.add(held);
    return held;
  };

  /** All in one statement; what it does not return is lost. */
  const renew = async () => {
    const held = [...grips];
    if (held.length === 0) return;
    const sent = performance.now();
    const rows = await query<{ resource: string; token: number }>(
      `UPDATE lease SET until = now() + make_interval(secs => $3)
         FROM unnest($1::text[], $2::int[]) AS ours (resource, token)
        WHERE lease.resource = ours.resource AND lease.token = ours.token AND lease.until > now()
       RETURNING lease.resource, lease.token`,
      [held.map((one) => one.resource), held.map((one) => one.fence), ttlSeconds],
    );
    const renewed = new Set(rows.map((row) => `${row.token} ${row.resource}`));
    for (const one of held) {
      if (renewed.has(`${one.fence} ${one.resource}`)) one.renewed(sent);
      else one.lose('somebody else may have it');
    }
  };

  const closing = new AbortController();
  const tend = async () => {
    while (!closing.signal.aborted) {
      for (const work of [giveBack, renew, reclaim]) {
        await work().catch((error: OpsError) => log.debug({ error: error.message }, 'leases wait'));
      }
      await wait(renewSeconds * 1000, undefined, { signal: closing.signal, ref: false });
    }
  };
  const tending = tend().catch(() => undefined); // only the wait rejects, when all is closed

  return {
    async take(resource) {
      const since = performance.now();
      let fence = await upsert(resource);
      if (fence === null) {
        // Whoever ends a dead holder's lease, this call or the one that tends them: look again.
        await giveBack();
        await reclaim();
        fence = await upsert(resource);
      }
      return fence === null ? null : grip(resource, fence, since);
    },
    async living(prefix) {
      const [row] = await query<{ n: number }>(
        'SELECT count(*)::int AS n FROM lease WHERE until > now() AND starts_with(resource, $1)',
        [prefix],
      );
      return row?.n ?? 0;
    },
    reclaim,
    async close() {
      closing.abort();
      await Promise.all([...grips].map((held) => held.release()));
      await tending;
      await pool.end();
    },
  };
}
