import type { AuditEntry, AuditFilter } from '../audit.ts';
import type { Page, Paging } from './paging.ts';

export type IdempotencyStart =
  | { readonly state: 'fresh' }
  | { readonly state: 'replay'; readonly status: number; readonly body: unknown }
  | { readonly state: 'mismatch' }
  | { readonly state: 'in_progress' };
export interface IdempotencyRepository {
  begin(scope: string, key: string, bodyHash: string): Promise<IdempotencyStart>;
  complete(scope: string, key: string, status: number, body: unknown): Promise<void>;
  /** Frees a key whose request failed before anything was accepted. */
  abandon(scope: string, key: string): Promise<void>;
}

export interface AuditRepository {
  /** Append-only, hash-chained; `data` holds no secrets. */
  append(event: {
    actor: string;
    action: string;
    target: string;
    operationId: string | null;
    data: Readonly<Record<string, unknown>>;
  }): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter, paging: Paging): Promise<Page<AuditEntry>>;
  /** Walks the chain; the id of the first broken event, or null. */
  verify(): Promise<string | null>;
}
