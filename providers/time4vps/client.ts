import type { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { HttpAnswer, HttpFactory } from '#domain/ports.ts';
import type { Secret } from '#domain/secret.ts';
import { errorOf, parseAnswer } from './answer.ts';

const READ_TIMEOUT_MS = 20_000;
const START_TIMEOUT_MS = 30_000;

export interface Client {
  /** Throws OpsError for whatever is not an answer of the expected form. */
  read<S extends z.ZodType>(path: string, schema: S, signal: AbortSignal): Promise<z.output<S>>;
  /** One POST, sent once. `unknown_outcome` where it cannot be told whether it was carried out. */
  start<S extends z.ZodType>(
    path: string,
    body: Readonly<Record<string, unknown>>,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>>;
}

export interface ClientSettings {
  readonly baseUrl: string;
  readonly login: string;
  readonly password: Secret;
}

export function createClient(settings: ClientSettings, http: HttpFactory): Client {
  const send = http({
    baseUrl: settings.baseUrl,
    basicAuth: { user: settings.login, password: settings.password },
    headers: { accept: 'application/json' },
  });
  const scrub = (text: string): string => text.replaceAll(settings.password.reveal(), '***');

  return {
    async read(path, schema, signal) {
      const answer = await send({ method: 'GET', path, timeoutMs: READ_TIMEOUT_MS, signal });
      const error = errorOf(answer, scrub);
      if (error !== null) throw error;
      return parseAnswer(schema, answer.body, path);
    },

    async start(path, body, schema, signal) {
      const answer = await send({
        method: 'POST',
        path,
        body,
        timeoutMs: START_TIMEOUT_MS,
        signal,
      });
      const error = errorOf(answer, scrub);
      if (error !== null) throw isRefusal(answer) ? error : unknownOutcome(path, error);
      try {
        return parseAnswer(schema, answer.body, path);
      } catch (cause) {
        throw unknownOutcome(path, cause);
      }
    },
  };
}

/** An error that the API itself gave; a 5xx page of a proxy says nothing about what was done. */
const isRefusal = ({ status, body }: HttpAnswer): boolean =>
  status < 500 || (typeof body === 'object' && body !== null && 'error' in body);

const unknownOutcome = (path: string, cause: unknown): OpsError =>
  new OpsError(
    'unknown_outcome',
    `Time4VPS gave no usable answer to ${path}; it may have been carried out.`,
    { cause },
  );
