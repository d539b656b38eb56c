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
import { createReadiness } from './readiness.ts';
import { webhookTarget } from './telegram-updates.ts';

/** The HTTP API, and the first token, without which nobody could speak to it. */
export async function startApi(core: Core, env: Environment) {
  const { config, repositories, agent, clock, log, metrics, redisUrl } = core;
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
      ready: createReadiness(core),
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

/** The first API token lies in the data directory (0600); a lost or revoked one is replaced. */
async function ensureToken({ repositories, paths }: Core): Promise<void> {
  const present = await readPrivateFile(paths.apiToken);
  if (present !== null && (await repositories.tokens.authenticate(present)) !== null) return;
  const { plain } = await repositories.tokens.create('local', 'admin');
  await replacePrivateFile(paths.apiToken, `${plain.reveal()}\n`);
}
