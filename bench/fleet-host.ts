import { createSimFleet } from '#simulators/fleet/fleet.ts';
import type { HostState } from '#simulators/fleet/host.ts';

/** What the parent asks, over the channel that it opened; each gets one answer, in order. */
export type Ask =
  | { readonly what: 'start'; readonly addresses: readonly string[]; readonly publicKey: string }
  | { readonly what: 'change'; readonly address: string; readonly changes: Partial<HostState> }
  | { readonly what: 'seen' };

/** Of `start`. */
export interface Started {
  readonly port: number;
  readonly hostKeys: readonly { readonly type: string; readonly key: string }[];
}

/** Of `seen`: since it was asked before. */
export interface Seen {
  /** Milliseconds since 1970 of each check that came in, and the place of its host in `start`. */
  readonly checks: readonly (readonly [at: number, host: number])[];
  /** Logins from the beginning. */
  readonly logins: number;
}

/** A fleet of simulated servers in a process of its own, so that its work is not the agent's. */
const places = new Map<string, number>();
let checks: [at: number, host: number][] = [];
const fleet = createSimFleet({
  onCheck: (address) => void checks.push([Date.now(), places.get(address) ?? -1]),
});

async function answer(ask: Ask): Promise<unknown> {
  if (ask.what === 'change') return fleet.change(ask.address, ask.changes);
  if (ask.what === 'seen') {
    const seen: Seen = { checks, logins: fleet.records.total().logins };
    checks = [];
    return seen;
  }
  for (const address of ask.addresses) {
    places.set(address, places.size);
    fleet.add(address, { id: address, authorizedKeys: [ask.publicKey] });
  }
  await fleet.start();
  const hostKeys = ask.addresses.map((address) => fleet.at(address).hostKey);
  return { port: fleet.port, hostKeys: hostKeys.map(({ type, key }) => ({ type, key })) };
}

process.on('message', (ask: Ask) => {
  answer(ask).then(
    (value) => process.send?.({ value: value ?? null }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
