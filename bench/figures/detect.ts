import { slotOffset } from '#domain/health/slots.ts';
import { failOneByOne, incidentsOf, NO_BREAKER } from '../fail-one-by-one.ts';
import { type Figure, percentile } from '../figure.ts';
import { createWatchStage, type WatchedHost } from '../watch-stage.ts';

const SERVERS = 1000;
const FAILURES = 64;
const INTERVAL_MS = 60_000;
const EVERY_MS = 6000;
const P50_S = 50;
const WORST_S = 85;
/** As the health worker has them: neighbours of one that fails are looked at early. */
const SHARDS = 16;

/** From a failure to its open incident. */
export const detect: Figure = {
  name: 'detect_s',
  unit: 's',
  target: WORST_S,
  peer: 'none',
  realHosts: false,
  async measure(say, signal) {
    say(`${SERVERS} servers are logged into`);
    const stage = await createWatchStage(SERVERS, NO_BREAKER, signal);
    try {
      const choose = chooser(stage.hosts);
      const failures = await failOneByOne(stage, FAILURES, EVERY_MS, choose, signal);
      const found = await incidentsOf(stage, failures, 2 * WORST_S);
      const secondsOf = (net: string) =>
        found.filter((one) => one.net === net).map((one) => (one.detectedAt - one.at) / 1000);
      const kinds = ['refuse', 'swallow'].map((net) => {
        const seconds = secondsOf(net);
        const [p50, worst] = [percentile(seconds, 0.5), Math.max(...seconds)];
        const met = p50 <= P50_S && worst <= WORST_S ? 'met' : 'MISSED';
        const types = [...new Set(found.filter((one) => one.net === net).map(({ type }) => type))];
        return {
          ...{ p50, worst },
          line: `hosts that ${net}: p50 ${p50.toFixed(1)} s (≤ ${P50_S}), worst ${worst.toFixed(1)} s (≤ ${WORST_S}): ${met}, as ${types.join(' or ')}`,
        };
      });
      for (const { line } of kinds) say(line);
      return {
        value: Math.max(...kinds.map(({ worst }) => worst)),
        samples: found.map((one) => (one.detectedAt - one.at) / 1000),
        conditions: `the worst of ${FAILURES} failures, one every ${EVERY_MS / 1000} s among ${SERVERS} servers, at moments spread evenly over the ${INTERVAL_MS / 1000} s between two checks, neighbours in time in different shards; thresholds of the breaker raised; ${kinds.map(({ line }) => line).join('; ')}`,
      };
    } finally {
      await stage.remove();
    }
  },
};

/** A host of the turn's shard whose last check is as long ago as the turn wants it. */
function chooser(hosts: readonly WatchedHost[]) {
  const left = new Set(hosts);
  return (turn: number, now: number): WatchedHost => {
    // Both kinds go through the whole interval, in steps that lie far apart.
    const pair = turn >> 1;
    const wanted = (((pair * 13) % (FAILURES / 2)) + 0.5) * (INTERVAL_MS / (FAILURES / 2));
    let best: { host: WatchedHost; off: number } | null = null;
    for (const host of left) {
      if (Number.parseInt(host.id.slice(-8), 16) % SHARDS !== turn % SHARDS) continue;
      const ago = (now - slotOffset(host.id, INTERVAL_MS)) % INTERVAL_MS;
      const off = Math.abs(ago - wanted);
      if (best === null || off < best.off) best = { host, off };
    }
    if (best === null) throw new Error('no host is left in this shard');
    left.delete(best.host);
    return best.host;
  };
}
