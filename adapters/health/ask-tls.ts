import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import type { ServiceCheck } from '#domain/health/target.ts';
import { failureOf, type Verdict } from './verdict.ts';

type TlsCheck = Extract<ServiceCheck, { kind: 'tls' }>;

interface Shown {
  readonly certificate: PeerCertificate;
  /** Why the chain is not trusted; null where it is. */
  readonly distrust: string | null;
}

const DAY_MS = 86_400_000;

/** How long a certificate still holds. Rejects with the signal's reason. */
export async function askTls(
  address: string,
  check: TlsCheck,
  now: Date,
  signal: AbortSignal,
): Promise<Verdict> {
  let shown: Shown;
  try {
    shown = await shake(address, check, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { state: 'failed', reason: failureOf(error) };
  }
  const { certificate, distrust } = shown;
  const from = new Date(certificate.valid_from ?? '');
  const expiresAt = new Date(certificate.valid_to ?? '');
  if (Number.isNaN(expiresAt.getTime())) return { state: 'failed', reason: 'shows no certificate' };
  const verdict = (state: Verdict['state'], reason: string): Verdict => ({
    ...{ state, reason, expiresAt },
  });
  if (expiresAt <= now) return verdict('failed', `expired on ${day(expiresAt)}`);
  if (from > now) return verdict('failed', `valid from ${day(from)} on only`);
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
  if (days < check.warnDays) return verdict('degraded', `expires in ${days} days`);
  if (distrust !== null) return verdict('degraded', `is not trusted: ${distrust}`);
  return verdict('ok', `valid for ${days} days`);
}

function shake(address: string, check: TlsCheck, signal: AbortSignal): Promise<Shown> {
  const { port } = check;
  const name = check.servername ?? (isIP(address) === 0 ? address : null);
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host: address, port, rejectUnauthorized: false },
      // Without a name there is nothing the certificate could be compared with.
      ...(name === null ? { checkServerIdentity: () => undefined } : { servername: name }),
    });
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort);
      settle();
      socket.destroy();
    };
    const onAbort = () => end(() => reject(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('secureConnect', () => {
      const distrust = socket.authorized ? null : String(socket.authorizationError);
      end(() => resolve({ certificate: socket.getPeerCertificate(), distrust }));
    });
    socket.on('error', (error) => end(() => reject(error)));
    socket.once('close', () => end(() => reject(new Error('closed'))));
  });
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
