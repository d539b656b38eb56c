import http, { type ClientRequest, type RequestOptions } from 'node:http';
import https from 'node:https';
import axios, { AxiosHeaders, type AxiosResponse } from 'axios';
import { OpsError } from '#domain/errors.ts';
import type { HttpAnswer, HttpFactory, HttpRequest, HttpSettings, Logger } from '#domain/ports.ts';
import { abortError, startDeadline } from './abort.ts';

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/**
 * HTTP clients on axios. No redirect is followed (it is an answer like any other), no proxy is
 * taken from the environment, a body over 8 MiB is `upstream`, every request has a connection of
 * its own: a kept one that the other side closes leaves it open whether a request arrived.
 */
export function createHttpFactory({ log }: { readonly log: Logger }): HttpFactory {
  return (settings) => {
    const client = axios.create({
      httpAgent: new http.Agent({ keepAlive: false }),
      httpsAgent: new https.Agent({ keepAlive: false }),
      maxRedirects: 0,
      proxy: false,
      maxContentLength: MAX_BODY_BYTES,
      maxBodyLength: MAX_BODY_BYTES,
      validateStatus: () => true,
      responseType: 'text',
      transformResponse: [(data: unknown) => data],
      headers: headersOf(settings),
    });
    const origin = new URL(settings.baseUrl);

    return async (request) => {
      const what = `${request.method} ${origin.host}${pathOf(request)}`;
      if (request.signal.aborted) throw abortError(request.signal, what);
      const deadline = startDeadline(request.timeoutMs, request.signal);
      const started = Date.now();
      let maySent = false;
      try {
        const answer = await client.request<unknown>({
          method: request.method,
          url: settings.baseUrl.replace(/\/+$/, '') + request.path,
          ...(request.body === undefined
            ? {}
            : {
                data: JSON.stringify(request.body),
                headers: { 'Content-Type': 'application/json' },
              }),
          signal: deadline.signal,
          transport: watched(() => {
            maySent = true;
          }),
        });
        log.debug({ what, status: answer.status, ms: Date.now() - started }, 'http');
        return toAnswer(answer);
      } catch (error) {
        const failure = translate(error, request, what, maySent, deadline.expired);
        log.debug({ what, code: failure.code, ms: Date.now() - started }, 'http failed');
        throw failure;
      } finally {
        deadline.clear();
      }
    };
  };
}

/** Node's own transport, telling when the connection stands: from then on bytes may have left. */
function watched(onConnected: () => void) {
  return {
    request(
      options: RequestOptions,
      callback: (response: http.IncomingMessage) => void,
    ): ClientRequest {
      const secure = options.protocol === 'https:';
      const request = (secure ? https : http).request(options, callback);
      request.once('socket', (socket) => {
        socket.once(secure ? 'secureConnect' : 'connect', onConnected);
      });
      return request;
    },
  };
}

function headersOf(settings: HttpSettings): Record<string, string> {
  const { basicAuth, bearer, headers } = settings;
  const basic = () =>
    Buffer.from(`${basicAuth?.user}:${basicAuth?.password.reveal()}`).toString('base64');
  return {
    Accept: 'application/json',
    'User-Agent': 'zavhoz',
    ...headers,
    ...(basicAuth && { Authorization: `Basic ${basic()}` }),
    ...(bearer && { Authorization: `Bearer ${bearer.reveal()}` }),
  };
}

function toAnswer(response: AxiosResponse<unknown>): HttpAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of AxiosHeaders.from(response.headers as AxiosHeaders)) {
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return { status: response.status, headers, body: parsed(response.data) };
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return text ?? '';
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Queries may carry keys: messages show the path alone. */
const pathOf = (request: HttpRequest): string => request.path.split('?')[0] ?? '';

/** Never carries the client's own error as the cause: that one holds the credentials. */
function translate(
  error: unknown,
  request: HttpRequest,
  what: string,
  maySent: boolean,
  expired: boolean,
): OpsError {
  const code = axios.isAxiosError(error) ? (error.code ?? 'lost') : 'lost';
  const stopped = request.signal.aborted && !expired;
  const reason = stopped ? 'stopped' : expired ? `no answer in ${request.timeoutMs} ms` : code;
  if (request.method !== 'GET' && maySent) {
    return new OpsError('unknown_outcome', `${what}: the answer was lost (${reason}).`);
  }
  if (stopped) return abortError(request.signal, what);
  if (expired) return new OpsError('timeout', `${what}: ${reason}.`);
  if (axios.isAxiosError(error) && error.message.includes('maxContentLength')) {
    return new OpsError('upstream', `${what}: the answer is larger than ${MAX_BODY_BYTES} bytes.`);
  }
  return new OpsError('unavailable', `${what}: no answer (${reason}).`);
}
