import { randomUUID } from 'node:crypto';
import { ServerHandle } from '#domain/server.ts';

/** `vps-<ref>`; where another account has that one already, with the account's name in it. */
export function freeHandle(taken: ReadonlySet<string>, account: string, ref: string): string {
  const named = `vps-${slug(account)}-${slug(ref)}`;
  const wanted = [`vps-${slug(ref)}`, named];
  for (let i = 2; i < 100; i++) wanted.push(`${named.slice(0, 60)}-${i}`);
  return (
    wanted.find((handle) => ServerHandle.safeParse(handle).success && !taken.has(handle)) ??
    `vps-${randomUUID()}`
  );
}

const slug = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
