import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { OwnPlace } from '#domain/policy.ts';

/** Addresses of this machine and of the servers behind these URLs; a name that does not resolve is left out. */
export async function findOwnPlace(urls: readonly string[]): Promise<OwnPlace> {
  const here = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map((i) => i.address),
  );
  const there = await Promise.all(urls.map((url) => addressesOf(new URL(url).hostname)));
  return { addresses: new Set([...here, ...there.flat()]) };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const name = host.replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0) return [name];
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}
