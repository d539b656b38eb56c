import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApi } from '#api/create-api.ts';
import type { Environment } from '#config/index.ts';
import { createSharedMetrics } from '#workers/metrics-share.ts';
import type { Core } from './core.ts';
import { readPrivateFile, replacePrivateFile } from './data-dir.ts';
import { telegramDelivery } from './delivery-check.ts';
import { createDoctor } from './doctor.ts';
import { productVersion, root } from './places.ts';

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
    metrics: {
      async render() {
        return {
          contentType: metrics.contentType,
          text: await metrics.render(await shared.read()),
        };
      },
    },
    health: {
      live: () => true,
      async ready() {
        const database = await look(async () => {
          await prisma.$queryRaw`select 1`;
        });
        const queue = await look(async () => {
          await doorbell.depth();
        });
        const telegram = await telegramDelivery(repositories);
        // People are told by the second channel; the API itself is ready all the same.
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
