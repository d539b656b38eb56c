import { HttpsProxyAgent } from 'https-proxy-agent';
import { createBotService } from '#bot/service.ts';
import { createTelegramTransport } from '#bot/transport.ts';
import { createChatUpdates } from '#prisma/repositories/chat-updates.ts';
import { every } from '#workers/every.ts';
import type { Core } from './core.ts';
import { replacePrivateFile } from './data-dir.ts';
import { startFollowing } from './following.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createGuard } from './start-guard.ts';

/** A pairing code that was printed at start is good for a day; the next start prints a new one. */
const PAIRING_SECONDS = 86_400;
const TWIN_LOOK_SECONDS = 5;

/** Chat and the delivery of notifications; without a token both are off and nothing runs. */
export async function startBot(core: Core) {
  const { config, repositories, leases, clock, log, agent, prisma, paths, secrets } = core;
  const { settings } = config;
  if (settings.TELEGRAM_BOT_TOKEN === undefined) {
    const stopHeartbeat = await startHeartbeat(core, () => undefined);
    const stopFollowing = startFollowing(core, null);
    return {
      health: () => null,
      stop: async () => {
        await Promise.all([stopHeartbeat(), stopFollowing()]);
      },
    };
  }

  const adminIds = new Set(settings.ADMIN_TELEGRAM_IDS.map(BigInt));
  for (const telegramId of adminIds) await makeOwner(telegramId, core);
  const code = await repositories.users.issuePairingCode(PAIRING_SECONDS);
  await replacePrivateFile(paths.pairingCode, code?.reveal() ?? '');

  const transport = createTelegramTransport({
    token: settings.TELEGRAM_BOT_TOKEN,
    apiRoot: settings.TELEGRAM_API_ROOT,
    ...(settings.TELEGRAM_PROXY === undefined
      ? {}
      : { agent: new HttpsProxyAgent(settings.TELEGRAM_PROXY) }),
    clock,
    log,
  });
  const bot = createBotService({
    ...repositories,
    agent,
    adminIds,
    transport,
    updates: createChatUpdates({ prisma, secrets }),
    leases,
    clock,
    log,
  });
  const stopping = new AbortController();
  const running = bot.run(stopping.signal);
  const stopFollowing = startFollowing(core, { bot, transport });
  const stopHeartbeat = await startHeartbeat(core, () => bot.health().pollingAgeMs);
  const guard = createGuard(core);
  const stopTwinWatch = every(
    'twin',
    TWIN_LOOK_SECONDS,
    () => guard.watchTwin(bot.health().conflictSince),
    { clock, log },
  );
  return {
    health: bot.health,
    async stop() {
      stopping.abort();
      await Promise.all([running, stopFollowing(), stopHeartbeat(), stopTwinWatch()]);
    },
  };
}

/** ADMIN_TELEGRAM_IDS are owners before they ever wrote, so that alerts reach them. */
async function makeOwner(telegramId: bigint, { repositories }: Core): Promise<void> {
  const known = await repositories.users.find(telegramId);
  if (known?.role === 'owner') return;
  await repositories.users.upsert({
    telegramId,
    username: known?.username ?? null,
    firstName: known?.firstName ?? null,
    lastName: known?.lastName ?? null,
    languageCode: known?.languageCode ?? null,
    role: 'owner',
    seen: false,
  });
}
