import type { IdempotencyRepository } from '#domain/repositories.ts';
import type { RepositoryDeps } from './deps.ts';

/** Answers are kept so long; keys of a request that never ended are free again after the second. */
const KEPT_DAYS = 7;
const ABANDONED_MINUTES = 5;

export function createIdempotency({ prisma }: RepositoryDeps): IdempotencyRepository {
  return {
    async begin(scope, key, bodyHash) {
      // A request whose process died is begun anew: what it may have accepted is found by its own key.
      const begun = await prisma.$executeRaw`
        INSERT INTO idempotency_record AS r (scope, key, body_hash) VALUES (${scope}, ${key}, ${bodyHash})
        ON CONFLICT (scope, key) DO UPDATE
           SET body_hash = excluded.body_hash, started_at = now(),
               status = NULL, body = NULL, completed_at = NULL
         WHERE r.started_at < now() - make_interval(days => ${KEPT_DAYS}::int)
            OR (r.completed_at IS NULL AND r.body_hash = excluded.body_hash
                AND r.started_at < now() - make_interval(mins => ${ABANDONED_MINUTES}::int))`;
      if (begun > 0) {
        await prune();
        return { state: 'fresh' };
      }
      const before = await prisma.idempotencyRecord.findUnique({
        where: { scope_key: { scope, key } },
      });
      if (!before) return { state: 'in_progress' };
      if (before.bodyHash !== bodyHash) return { state: 'mismatch' };
      if (before.status === null) return { state: 'in_progress' };
      return { state: 'replay', status: before.status, body: before.body };
    },

    async complete(scope, key, status, body) {
      await prisma.$executeRaw`
        UPDATE idempotency_record
           SET status = ${status}, body = ${JSON.stringify(body ?? null)}::json, completed_at = now()
         WHERE scope = ${scope} AND key = ${key} AND completed_at IS NULL`;
    },

    async abandon(scope, key) {
      await prisma.idempotencyRecord.deleteMany({ where: { scope, key, completedAt: null } });
    },
  };

  /** A few old rows with each new one: the table stays as large as its week. */
  async function prune(): Promise<void> {
    await prisma.$executeRaw`
      DELETE FROM idempotency_record WHERE (scope, key) IN (
        SELECT scope, key FROM idempotency_record
         WHERE started_at < now() - make_interval(days => ${KEPT_DAYS}::int)
         ORDER BY started_at LIMIT 10 FOR NO KEY UPDATE SKIP LOCKED)`;
  }
}
