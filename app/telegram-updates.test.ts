import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '#config/index.ts';
import type { Core } from './core.ts';
import { dataPaths, prepareDataDir } from './data-dir.ts';
import { createChatLink, webhookTarget } from './telegram-updates.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zavhoz-hook-'));
  await prepareDataDir(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const target = (env: Record<string, string>) =>
  webhookTarget({
    config: loadConfig({ TELEGRAM_BOT_TOKEN: '1:x', ...env }, folder),
    paths: dataPaths(folder),
  } as Core);
const HOOK = { TELEGRAM_UPDATES: 'webhook', ZAVHOZ_PUBLIC_URL: 'https://bot.example/z/' };

it('names one address and one secret for all processes of a data directory', async () => {
  expect(await target({})).toBeNull();
  const [one, two] = await Promise.all([target(HOOK), target(HOOK)]);
  expect(one?.url).toMatch(/^https:\/\/bot\.example\/z\/telegram\/webhook\/[0-9a-f]{32}$/);
  expect([two?.url, two?.secret.reveal()]).toEqual([one?.url, one?.secret.reveal()]);
  const file = await stat(dataPaths(folder).webhookSecret);
  expect(file.mode & 0o777).toBe(0o600);
});

it('takes the secret that is set, and does not show it in the address', async () => {
  const secret = 'one-secret-for-all-machines';
  const set = await target({ ...HOOK, TELEGRAM_WEBHOOK_SECRET: secret });
  expect(set?.secret.reveal()).toBe(secret);
  expect(set?.url).not.toContain(secret);
});

it('lets the API wake the bot and know whether it hears', () => {
  const link = createChatLink();
  let [woken, deaf] = [0, true];
  expect(link.isDeaf()).toBe(false);
  link.arrived();
  link.connect({ wake: () => void woken++, health: () => ({ deaf }) });
  link.arrived();
  expect([woken, link.isDeaf()]).toEqual([1, true]);
  deaf = false;
  expect(link.isDeaf()).toBe(false);
});
