import { OpsError } from '#domain/errors.ts';
import { Prisma } from '#generated/prisma/client.ts';

/** Prisma's codes for a database that is away, too busy, or broke off a transaction. */
const PASSING = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037']);
/** SQLSTATE classes and codes for the same: connection, resources, shutdown, deadlock, time-outs. */
const PASSING_STATES =
  /^(08|53|57P0|58|40001|40P01|55P03|57014|25P03|ECONN|EPIPE|ETIMEDOUT|EHOST|ENET)/;
const PASSING_TEXT =
  /connection (terminated|closed|timeout)|timeout exceeded when trying to connect|ECONNREFUSED|server closed the connection|not reachable|can't reach database|the database system is|terminating connection|socket hang up/i;

/** Wraps a repository so that all it throws is an OpsError; a database that is away is `storage_unavailable`. */
export function guarded<T extends object>(repository: T): T {
  return new Proxy(repository, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return await Reflect.apply(method, target, args);
        } catch (error) {
          throw databaseError(error);
        }
      };
    },
  });
}

export function databaseError(error: unknown): OpsError {
  if (error instanceof OpsError) return error;
  if (passes(error)) {
    return new OpsError('storage_unavailable', 'The database does not answer just now.', {
      hint: 'Nothing is lost; try again in a moment.',
      cause: error,
    });
  }
  if (refusesData(error)) {
    return new OpsError('invalid_input', 'The database cannot hold one of these values.', {
      hint: 'A text with a NUL character in it, or a number out of all range.',
      cause: error,
    });
  }
  // Prisma's messages quote the query's arguments: they stay in the cause, out of what is shown.
  return new OpsError('internal', 'The database refused an operation.', { cause: error });
}

function passes(error: unknown): boolean {
  const seen = new Set<unknown>();
  let current = error;
  while (current instanceof Error && !seen.has(current)) {
    seen.add(current);
    if (current instanceof Prisma.PrismaClientInitializationError) return true;
    const code = 'code' in current ? String(current.code) : '';
    if (PASSING.has(code) || PASSING_STATES.test(code) || PASSING_STATES.test(stateOf(current))) {
      return true;
    }
    if (PASSING_TEXT.test(current.message)) return true;
    current = current.cause;
  }
  return false;
}

/** SQLSTATE class 22 (data exception) and Prisma's own codes for the same. */
function refusesData(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return ['P2000', 'P2020', 'P2033'].includes(code) || stateOf(error).startsWith('22');
}

/** SQLSTATE of a raw query's failure, which Prisma reports as P2010 with the original in `meta`. */
function stateOf(error: Error): string {
  const found = /"?(?:originalCode|code)"?:\s*[`"']?([0-9A-Z]{5})\b/.exec(
    JSON.stringify('meta' in error ? (error.meta ?? {}) : {}).replaceAll('\\', ''),
  );
  return found?.[1] ?? '';
}

/** A unique constraint said no: somebody else was first. */
export function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    (error.code === 'P2002' || stateOf(error) === '23505')
  );
}
