import { randomUUID } from 'node:crypto';
import { CliError, EXIT } from './cli-error.ts';
import type { Io } from './io.ts';
import { networkCode, toCliError, unreachable } from './problem.ts';
import { findToken } from './token.ts';

const TIMEOUT_MS = 30_000;
const MAX_TRIES = 6;
const MAX_WAIT_MS = 10_000;

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Client {
  readonly url: string;
  /**
   * Parsed JSON of a 2xx answer; anything else is a CliError. A change carries an Idempotency-Key,
   * so that it is repeated without harm where its answer was lost.
   */
  call(
    method: Method,
    path: string,
    options?: { body?: unknown; query?: Query; timeoutMs?: number },
  ): Promise<unknown>;
  /** The bytes of an event stream. */
  stream(
    path: string,
    after: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>>;
}

export function createClient(io: Io, base: string): Client {
  if (!/^https?:/i.test(base) || !URL.canParse(base)) {
    throw new CliError(EXIT.misuse, `"${base}" is not the address of an API.`, {
      hint: 'ZAVHOZ_URL (or --url) is like http://127.0.0.1:8000.',
    });
  }
  const url = base.replace(/\/+$/, '');
  let token: Promise<string> | null = null;
  const headers = async (): Promise<Record<string, string>> => {
    token ??= findToken(io);
    return { accept: 'application/json', authorization: `Bearer ${await token}` };
  };

  const send = async (path: string, init: RequestInit, timeoutMs: number): Promise<Response> => {
    const signal = AbortSignal.any([io.signal, AbortSignal.timeout(timeoutMs)]);
    // A token is not carried to where a redirect leads.
    return io.fetch(url + path, { redirect: 'manual', signal, ...init });
  };

  return {
    url,

    async call(method, path, { body, query, timeoutMs = TIMEOUT_MS } = {}) {
      const sent = {
        ...(await headers()),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
      };
      const init = {
        method,
        headers: sent,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      };
      for (let attempt = 1; ; attempt += 1) {
        const last = attempt === MAX_TRIES;
        let waitMs = Math.min(MAX_WAIT_MS, 500 * 2 ** attempt);
        try {
          const response = await send(path + search(query), init, timeoutMs);
          const text = await response.text();
          const again = retryAfter(response);
          if (again === null || last) return accepted(response.status, text, url);
          waitMs = again;
        } catch (error) {
          if (error instanceof CliError) throw error;
          io.signal.throwIfAborted();
          const started = attempt > 1 || networkCode(error) !== 'ECONNREFUSED';
          if (last || !started || method === 'GET') throw unreachable(url, error);
        }
        await io.sleep(waitMs, io.signal);
      }
    },

    async stream(path, after, signal) {
      const response = await io.fetch(url + path, {
        redirect: 'manual',
        signal,
        headers: {
          ...(await headers()),
          accept: 'text/event-stream',
          ...(after === null ? {} : { 'last-event-id': after }),
        },
      });
      if (response.status === 200 && response.body !== null) return response.body;
      throw toCliError(response.status, parse(await response.text()), url);
    },
  };
}

/** Milliseconds after which the same request may pass, where the answer says so. */
function retryAfter(response: Response): number | null {
  if (response.ok || ![409, 429, 503].includes(response.status)) return null;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(MAX_WAIT_MS, Math.max(200, seconds * 1000)) : null;
}

function accepted(status: number, text: string, url: string): unknown {
  const body = parse(text);
  if (status < 200 || status > 299) throw toCliError(status, body, url);
  if (body !== undefined || status === 204) return body ?? null;
  throw new CliError(EXIT.misuse, `${url} gave an answer that is not JSON.`, {
    code: 'foreign_answer',
    hint: 'Check ZAVHOZ_URL: it has to lead to the API of Zavhoz.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function search(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) params.append(name, one);
  }
  return params.size === 0 ? '' : `?${params}`;
}
