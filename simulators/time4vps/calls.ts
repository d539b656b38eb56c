import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, matchRoute, type Route, refusal } from './api.ts';
import type { SimClock } from './clock.ts';
import type { Fault, FaultName, Switchboard } from './faults.ts';
import type { Records } from './records.ts';

/** A call of the provider's API, from its authorisation to its answer, with the faults on the way. */
export function createCalls({
  api,
  credentials,
  faults,
  records,
  clock,
  signal,
}: {
  api: (route: Route, body: Record<string, unknown>) => Answer;
  credentials: { readonly login: string; readonly password: string };
  faults: Switchboard;
  records: Records;
  clock: SimClock;
  signal: AbortSignal;
}): (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  body: string,
) => Promise<void> {
  const expected = `Basic ${Buffer.from(`${credentials.login}:${credentials.password}`).toString('base64')}`;
  return async (request, response, path, text) => {
    const method = request.method ?? 'GET';
    const route = matchRoute(method, path);
    const action = route?.action ?? 'unknown';
    const serverId = route?.serverId ?? null;
    const strike = (...names: FaultName[]) =>
      route && faults.strike(names, route.action, route.serverId);
    const note = (outcome: string, taskId?: number) =>
      records.add({
        ...{ method, path, serverId, action, outcome },
        ...(taskId !== undefined && { taskId }),
      });
    const send = (answer: Answer) => {
      note(answer.outcome, answer.taskId);
      reply(response, answer.status, JSON.stringify(answer.body));
    };

    const delay = strike('delay');
    if (delay) await clock.sleep(Number(delay.value ?? 1_000), signal);
    if (strike('hang')) return note('hang'); // the socket stays open until the caller gives up
    if (strike('reset_before')) {
      note('reset_before');
      request.socket.destroy();
      return;
    }
    const broken = strike('http_500', 'http_502');
    if (broken) {
      note(broken.name);
      const status = broken.name === 'http_500' ? 500 : 502;
      return reply(response, status, htmlPage(status), 'text/html; charset=UTF-8');
    }
    if (strike('wrong_login') || !equal(request.headers.authorization ?? '', expected)) {
      return send(unauthorized('wronglogin'));
    }
    if (strike('ip_not_allowed')) return send(unauthorized('ipnotallowed'));
    const throttle = strike('throttle');
    if (throttle) return send(throttled(throttle));
    const inside = strike('error_in_200');
    if (inside) {
      const cause = String(inside.value ?? 'wronglogin');
      return send({
        ...{ status: 200, outcome: 'error_in_200' },
        body: { error: [cause, 'unauthorized'] },
      });
    }
    if (route === undefined) return send(refusal('Unknown method', 404));
    const body = parse(text);
    if (body === undefined) return send(refusal('Invalid JSON', 400));

    const lost = strike('answer_lost');
    const malformed = strike('malformed_json');
    const answer = api(route, body);
    if (lost) {
      note('answer_lost', answer.taskId);
      request.socket.destroy();
    } else if (malformed) {
      note('malformed_json', answer.taskId);
      reply(response, 200, JSON.stringify(answer.body).slice(0, -2));
    } else send(answer);
  };
}

const unauthorized = (cause: string): Answer => ({
  ...{ status: 401, outcome: `error: ${cause}` },
  body: { error: [cause, 'unauthorized'] },
});

const throttled = (fault: Fault): Answer => ({
  ...{ status: 401, outcome: 'throttle' },
  body: { error: [['wait_x_between_action', Number(fault.value ?? 24)], 'unauthorized'] },
});

export function reply(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'application/json',
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const htmlPage = (status: number) =>
  `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>Bad gateway</h1><p>The service is temporarily unavailable.</p></body></html>`;

/** An empty body is an empty object; anything but an object is refused. */
export function parse(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export const equal = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
