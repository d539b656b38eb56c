import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { TLSSocket } from 'node:tls';
import type { ServiceCheck } from '#domain/health/target.ts';
import { failureOf, type Verdict } from './verdict.ts';

type HttpCheck = Extract<ServiceCheck, { kind: 'http' }>;

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  /** Why the certificate is not trusted; null where it is, or there is none. */
  readonly distrust: string | null;
}

const MAX_REDIRECTS = 3;

/**
 * One GET, and at most three redirects; the body is not read. Without an expected status everything
 * below 400 is well. A certificate that nobody trusts is degraded. Rejects with the signal's reason.
 */
export async function askHttp(check: HttpCheck, signal: AbortSignal): Promise<Verdict> {
  let url = parse(check.url);
  let distrust: string | null = null;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    if (url === null) return { state: 'failed', reason: 'leads to an address that is none' };
    let answer: Answer;
    try {
      answer = await get(url, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { state: 'failed', reason: failureOf(error) };
    }
    distrust ??= answer.distrust;
    const { status, location } = answer;
    const redirect = status >= 300 && status < 400 && location !== undefined;
    if (status === check.expectStatus || !redirect) return judge(check, status, distrust);
    url = parse(location, url);
  }
  return { state: 'failed', reason: `more than ${MAX_REDIRECTS} redirects` };
}

function judge({ expectStatus }: HttpCheck, status: number, distrust: string | null): Verdict {
  const well = expectStatus === null ? status < 400 : status === expectStatus;
  const reason = `answers ${status}`;
  if (!well) {
    const wanted = expectStatus === null ? '' : ` instead of ${expectStatus}`;
    return { state: 'failed', reason: reason + wanted };
  }
  if (distrust !== null) {
    return { state: 'degraded', reason: `${reason}, the certificate is not trusted: ${distrust}` };
  }
  return { state: 'ok', reason };
}

function get(url: URL, signal: AbortSignal): Promise<Answer> {
  const options = {
    agent: false,
    signal,
    headers: { 'User-Agent': 'zavhoz', Accept: '*/*' },
    // Whoever asks whether a service answers wants to know that, whatever its certificate.
    rejectUnauthorized: false,
  } as const;
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage) => {
      const { socket, statusCode = 0, headers } = answer;
      const distrust =
        socket instanceof TLSSocket && !socket.authorized
          ? String(socket.authorizationError)
          : null;
      resolve({ status: statusCode, location: headers.location, distrust });
      answer.on('error', () => {});
      answer.destroy();
    };
    const request =
      url.protocol === 'https:'
        ? https.get(url, options, onAnswer)
        : http.get(url, options, onAnswer);
    request.on('error', reject);
  });
}

function parse(text: string, base?: URL): URL | null {
  if (!URL.canParse(text, base?.href)) return null;
  const url = new URL(text, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}
