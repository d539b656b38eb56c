import { createHash } from 'node:crypto';
import type { NewApproval } from './approval.ts';

/**
 * What an approval is bound to: SHA-256, in hex, of the canonical JSON of (tool, arguments, facts).
 * Equal values give equal hashes in whatever order their keys stand; a value that is undefined is
 * not there.
 */
export function approvalHash({
  tool,
  arguments: args,
  facts,
}: Pick<NewApproval, 'tool' | 'arguments' | 'facts'>): string {
  return createHash('sha256')
    .update(canonicalJson([tool, args, facts]))
    .digest('hex');
}

/** JSON with the keys of each object in the order of their code units. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
