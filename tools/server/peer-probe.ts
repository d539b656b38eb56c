import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { addressOf, type Server } from '#domain/server.ts';
import { defineTool } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { sshTarget } from './target.ts';

const TCP_MS = 3000;
const PEER_MS = 12_000;
const MOST_PEERS = 3;
const CANDIDATES = 200;
/** A peer counts as healthy when it answered a check within this time. */
const FRESH_MS = 300_000;

/** How much life a TCP answer shows; a refusal is an answer too. */
const LIFE = { filtered: 0, refused: 1, open: 2 } as const;
type Seen = keyof typeof LIFE;

/**
 * Asks one healthy server of another subnet to try the same port. When it sees more life than we
 * do, the way from us is broken and not the server: a human decides then.
 */
export const serverPeerProbe = defineTool({
  name: 'server_peer_probe',
  description: 'Let a healthy server of another subnet try the SSH port of one server.',
  effect: 'read',
  input: z.object({}),
  preview: (_, server) => `let a neighbour try the SSH port of ${server.handle}`,
  async run(_, { server, signal }, deps) {
    const host = addressOf(server.connection);
    // Behind a jump host our own view is the jump host's: there is nothing to compare.
    if (host === null || server.connection.jumpHost !== null) return nobody;
    const { port } = server.connection;
    const ours = await deps.tcp.probe(host, port, { timeoutMs: TCP_MS, signal });
    for (const peer of await healthyPeers(server, host, deps)) {
      const theirs = await ask(peer, host, port, signal, deps);
      if (theirs === null) continue;
      return { peer: peer.handle, ours, theirs, disagree: LIFE[theirs] > LIFE[ours] };
    }
    return { ...nobody, ours };
  },
});

const nobody: {
  readonly peer: string | null;
  readonly ours: Seen | null;
  readonly theirs: Seen | null;
  readonly disagree: boolean;
} = { peer: null, ours: null, theirs: null, disagree: false };

async function healthyPeers(
  server: Server,
  host: string,
  { servers, health, clock }: ToolDeps,
): Promise<readonly Server[]> {
  const { items } = await servers.list(
    { status: ['ready', 'in_use'] },
    { offset: 0, limit: CANDIDATES },
  );
  const found: Server[] = [];
  for (const peer of items) {
    const address = addressOf(peer.connection);
    if (peer.id === server.id || peer.care === 'none' || address === null) continue;
    if (subnet(address) === subnet(host) || isIPv6(address) !== isIPv6(host)) continue;
    const state = await health.target(peer.id);
    const good = state?.state === 'ok' || state?.state === 'degraded';
    const at = state?.lastGoodAt?.getTime() ?? 0;
    if (good && clock.now().getTime() - at < FRESH_MS) found.push(peer);
    if (found.length === MOST_PEERS) break;
  }
  return found;
}

/** Tries the port from the peer with what every Debian has; null when the peer itself fails us. */
async function ask(
  peer: Server,
  host: string,
  port: number,
  signal: AbortSignal,
  deps: ToolDeps,
): Promise<Seen | null> {
  try {
    const target = { ...(await sshTarget(peer, null, deps)), become: 'none' as const };
    const answer = await deps.ssh.run(target, peerCommand(host, port), {
      timeoutMs: PEER_MS,
      signal,
    });
    if (answer.code === 0) return 'open';
    return /refused/i.test(answer.stderr) ? 'refused' : 'filtered';
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

export const peerCommand = (host: string, port: number): readonly string[] => [
  ...['env', 'LC_ALL=C', 'timeout', '5', 'bash', '-c'],
  ...['exec 3<>"/dev/tcp/$0/$1"', host, String(port)],
];

/** /24 of an IPv4 address, /64 of an IPv6 one. */
function subnet(address: string): string {
  if (!isIPv6(address)) return address.split('.').slice(0, 3).join('.');
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':');
}
