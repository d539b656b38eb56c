import type { Writable } from 'node:stream';
import { type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Logger } from '#domain/ports.ts';
import { Secret } from '#domain/secret.ts';

export interface LoggerSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Readable lines instead of JSON. */
  readonly pretty: boolean;
  /** Where lines go; stdout unless told. */
  readonly destination?: Writable;
}

type Fields = Readonly<Record<string, unknown>>;

const HIDDEN_KEY =
  /passw(or)?d$|token$|secret$|authorization$|cookie$|(private|api|encryption)_?key$/i;
const MAX_DEPTH = 6;

/** JSON lines (or readable ones) with operation and trace ids from `child`; secrets never appear. */
export function createLogger({ level, pretty, destination }: LoggerSettings): Logger {
  const out = pretty
    ? PinoPretty({
        ...(destination === undefined ? { destination: 1 } : { destination, colorize: false }),
        sync: true,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss',
      })
    : (destination ?? pino.destination({ fd: 1, sync: true }));
  const root = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    out,
  );
  return wrap(root);
}

function wrap(to: Pino): Logger {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Fields, message: string) => {
      if (to.isLevelEnabled(level)) to[level](clean(fields), message);
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(to.child(clean(fields))),
  };
}

function clean(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, hidden(key, value) ?? plain(value, 0)]),
  );
}

/** `***` for text under a telling name: the last net for a secret that somebody revealed. */
function hidden(key: string, value: unknown): string | null {
  return typeof value === 'string' && value !== '' && HIDDEN_KEY.test(key) ? '***' : null;
}

/** Something JSON can hold: errors with their causes, big numbers as text, no endless depth. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Secret) return '***';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth >= MAX_DEPTH) return '…';
  if (value instanceof Error) return errorFields(value, depth);
  if (Buffer.isBuffer(value)) return `<${value.length} bytes>`;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (value instanceof Set) return [...value].map((item) => plain(item, depth + 1));
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [
      String(key),
      hidden(String(key), item) ?? plain(item, depth + 1),
    ]),
  );
}

/** Only known fields: errors of HTTP clients carry their whole request, credentials included. */
function errorFields(error: Error, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = { name: error.name, message: error.message };
  if ('code' in error) fields.code = plain(error.code, depth + 1);
  if (error.stack !== undefined) fields.stack = error.stack;
  if (error.cause !== undefined) fields.cause = plain(error.cause, depth + 1);
  return fields;
}
