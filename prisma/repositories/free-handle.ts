import { ServerHandle } from '#domain/server.ts';
import type { Tx } from './deps.ts';

/** `vps-<ref>`; where another account has that one already, with the account's name in it. */
export async function freeHandle(tx: Tx, account: string, ref: string): Promise<string> {
  const slug = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const wanted = [`vps-${slug(ref)}`, `vps-${slug(account)}-${slug(ref)}`];
  for (let i = 2; i < 100; i++) wanted.push(`${wanted[1]?.slice(0, 58)}-${i}`);
  for (const handle of wanted.map((text) => text.slice(0, 63))) {
    if (!ServerHandle.safeParse(handle).success) continue;
    if (!(await tx.server.findUnique({ where: { handle }, select: { id: true } }))) return handle;
  }
  return `vps-${crypto.randomUUID()}`;
}
