import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

type Handler = (call: Call, response: ServerResponse) => void;

/** A server that speaks as the public API does, route by route as a test says; all else is 404. */
export async function startFakeApi() {
  const routes = new Map<string, Handler>();
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { method = 'GET', url: path = '/', headers } = request;
    const call = { method, path, headers, body: text === '' ? null : JSON.parse(text) };
    calls.push(call);
    const handler = routes.get(`${method} ${path.split('?')[0]}`);
    if (handler) handler(call, response);
    else problem(response, 404, 'not_found', `There is no ${path}.`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    on: (route: string, handler: Handler) => void routes.set(route, handler),
    /** Answers with JSON each time. */
    json: (route: string, status: number, body: unknown) =>
      void routes.set(route, (_, response) => json(response, status, body)),
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}

export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  json(response, status, { status, code, detail, title: code, hint: null, details: {} }, headers);
}

/** One event as the API writes it. */
export function sse(seq: number, fields: Readonly<Record<string, unknown>>): string {
  const data = {
    ...{ seq, at: '2026-01-01T00:00:00.000Z', type: 'note', status: null, step: null },
    ...{ state: null, text: '', percent: 0 },
    ...fields,
  };
  return `id: ${seq}\nevent: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
