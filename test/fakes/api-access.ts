import { createHash, randomUUID } from 'node:crypto';
import { OpsError } from '#domain/errors.ts';
import type {
  ApiTokenRepository,
  AuditRepository,
  IdempotencyRepository,
} from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import type { ApiToken, Scope } from '#domain/user.ts';

const THEN = new Date('2026-01-02T03:04:05Z');
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

export interface ApiTokens extends ApiTokenRepository {
  /** The plain token `<scope>-token` of each scope, as tests send it. */
  readonly plain: Readonly<Record<Scope, string>>;
  gone: boolean;
}

export function apiTokens(): ApiTokens {
  const rows = new Map<string, ApiToken>();
  const add = (
    name: string,
    scope: Scope,
    plain: string,
    ownerId: bigint | null = null,
  ): ApiToken => {
    const token: ApiToken = {
      id: randomUUID(),
      name,
      scope,
      ownerId,
      createdAt: THEN,
      lastUsedAt: null,
      revokedAt: null,
    };
    rows.set(hash(plain), token);
    return token;
  };
  const plain = { read: 'read-token', operate: 'operate-token', admin: 'admin-token' } as const;
  for (const scope of ['read', 'operate', 'admin'] as const) add(scope, scope, plain[scope]);
  const fake: ApiTokens = {
    plain,
    gone: false,
    async create(name, scope, ownerId = null) {
      const text = `plain-${randomUUID()}`;
      return { token: add(name, scope, text, ownerId), plain: new Secret(text) };
    },
    async authenticate(secret) {
      if (fake.gone) throw new OpsError('storage_unavailable', 'pg: 10.1.2.3 refused');
      const token = rows.get(hash(secret.reveal()));
      return token && token.revokedAt === null ? token : null;
    },
    list: async () => [...rows.values()],
    async revoke(id) {
      const entry = [...rows].find(([, token]) => token.id === id);
      if (entry) rows.set(entry[0], { ...entry[1], revokedAt: THEN });
      return entry !== undefined;
    },
  };
  return fake;
}

export interface ApiIdempotency extends IdempotencyRepository {
  readonly rows: ReadonlyMap<
    string,
    { bodyHash: string; answer: { status: number; body: unknown } | null }
  >;
}

export function apiIdempotency(): ApiIdempotency {
  type Row = { bodyHash: string; answer: { status: number; body: unknown } | null };
  const rows = new Map<string, Row>();
  return {
    rows,
    async begin(scope, key, bodyHash) {
      const row = rows.get(`${scope} ${key}`);
      if (!row) {
        rows.set(`${scope} ${key}`, { bodyHash, answer: null });
        return { state: 'fresh' };
      }
      if (row.bodyHash !== bodyHash) return { state: 'mismatch' };
      return row.answer ? { state: 'replay', ...row.answer } : { state: 'in_progress' };
    },
    async complete(scope, key, status, body) {
      const row = rows.get(`${scope} ${key}`);
      if (row) row.answer = { status, body };
    },
    async abandon(scope, key) {
      rows.delete(`${scope} ${key}`);
    },
  };
}

export interface ApiAudit extends AuditRepository {
  readonly events: Parameters<AuditRepository['append']>[0][];
}

export function apiAudit(): ApiAudit {
  const events: Parameters<AuditRepository['append']>[0][] = [];
  return {
    events,
    async append(event) {
      events.push(event);
    },
    async list({ actor, target, about, action }, { offset, limit }) {
      const found = events
        .map((event, at) => ({ ...event, id: `audit-${at + 1}`, seq: at + 1, at: new Date(at) }))
        .reverse()
        .filter(
          (e) =>
            (!actor || e.actor === actor) &&
            (!target || e.target === target) &&
            (!about || e.actor === about || e.target === about) &&
            (!action || e.action === action || e.action.startsWith(`${action}.`)),
        );
      return { items: found.slice(offset, offset + limit), total: found.length };
    },
    verify: async () => null,
  };
}
