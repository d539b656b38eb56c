import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApi } from '#api/create-api.ts';
import { chatOf } from '#bot/chat-updates.ts';
import type { Environment } from '#config/index.ts';
import { createChatUpdates } from '#prisma/repositories/chat-updates.ts';
import { createSharedMetrics } from '#workers/metrics-share.ts';
import type { Core } from './core.ts';
import { readPrivateFile, replacePrivateFile } from './data-dir.ts';
import { createDoctor } from './doctor.ts';
import { productVersion, root } from './places.ts';
import { webhookTarget } from './telegram-updates.ts';

/** The HTTP API, and the first token, without which nobody could speak to it. */
export async function startApi(core: Core, env: Environment) {
  const { config, repositories, agent, clock, log, metrics, prisma, doorbell, redisUrl } = core;
  const { settings } = config;
  await ensureToken(core);
  const shared = createSharedMetrics({ redisUrl, log });
  const api = await createApi({
    ...repositories,
    serverHealth: repositories.health,
    agent,
    clock,
    log,
    publicUrl: config.publicUrl,
    version: productVersion(),
    runbook,
    doctor: createDoctor(core, env),
    telegram: await webhook(core),
    metrics: {
      async render() {
        return {
          contentType: metrics.contentType,
          text: await metrics.render(await shared.read()),
        };
      },
    },
    health: {
      live: () => !core.chat.isDeaf(),
      async ready() {
        const database = await look(async () => {
          await prisma.$queryRaw`select 1`;
        });
        const queue = await look(async () => {
          await doorbell.depth();
        });
        const heard = !core.chat.isDeaf();
        const telegram = { ok: heard, detail: heard ? 'heard, or off' : 'not heard for 90 s' };
        // A deaf chat is no reason to turn clients of the API away.
        return { ok: database.ok && queue.ok, checks: { database, queue, telegram } };
      },
    },
  });
  await api.listen({ host: settings.ZAVHOZ_HOST, port: settings.PORT });
  log.info({ url: config.publicUrl }, 'API is listening');
  return {
    async stop() {
      await api.close();
      await shared.close();
    },
  };
}

/** Where Telegram brings updates: each is a row before it is confirmed. */
async function webhook(core: Core) {
  const target = await webhookTarget(core);
  if (!target) return null;
  const updates = createChatUpdates<Update>(core);
  return {
    key: new URL(target.url).pathname.split('/').at(-1) ?? '',
    secret: target.secret,
    async store(payload: object) {
      const update = payload as Update;
      await updates.store([{ chatId: chatOf(update), payload: update }]);
      core.chat.arrived();
    },
  };
}
type Update = Parameters<typeof chatOf>[0];

/** A page of docs/runbooks/; the API has checked that its name is letters alone. */
const runbook = (page: string): Promise<string | null> =>
  readFile(join(root, 'docs', 'runbooks', `${page}.md`), 'utf8').catch(() => null);

async function look(check: () => Promise<void>): Promise<{ ok: boolean; detail: string }> {
  try {
    await check();
    return { ok: true, detail: 'answers' };
  } catch {
    return { ok: false, detail: 'does not answer' };
  }
}

/** The first API token lies in the data directory (0600); a lost or revoked one is replaced. */
async function ensureToken({ repositories, paths }: Core): Promise<void> {
  const present = await readPrivateFile(paths.apiToken);
  if (present !== null && (await repositories.tokens.authenticate(present)) !== null) return;
  const { plain } = await repositories.tokens.create('local', 'admin');
  await replacePrivateFile(paths.apiToken, `${plain.reveal()}\n`);
}
