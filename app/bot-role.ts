import { HttpsProxyAgent } from 'https-proxy-agent';
import { type BotService, createBotService } from '#bot/service.ts';
import { createTelegramTransport } from '#bot/transport.ts';
import { createChatUpdates } from '#prisma/repositories/chat-updates.ts';
import { every } from '#workers/every.ts';
import type { Core } from './core.ts';
import { replacePrivateFile } from './data-dir.ts';
import { makeFirstOwners } from './first-owners.ts';
import { startFollowing } from './following.ts';
import { startHeartbeat } from './heartbeat.ts';
import { productVersion } from './places.ts';
import { createReadiness } from './readiness.ts';
import { createGuard } from './start-guard.ts';
import { webhookTarget } from './telegram-updates.ts';

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
  await makeFirstOwners(adminIds, { users: repositories.users, log });
  const code = await repositories.users.issuePairingCode(PAIRING_SECONDS);
  await replacePrivateFile(paths.pairingCode, code?.reveal() ?? '');

  const webhook = await webhookTarget(core);
  const migrate = (from: bigint, to: bigint) => repositories.chats.migrate(from, to);
  const transport = createTelegramTransport({
    token: settings.TELEGRAM_BOT_TOKEN,
    apiRoot: settings.TELEGRAM_API_ROOT,
    ...(settings.TELEGRAM_PROXY === undefined
      ? {}
      : { agent: new HttpsProxyAgent(settings.TELEGRAM_PROXY) }),
    clock,
    log,
    // Messages find the new chat by themselves; rows that name the old one follow.
    onMigrated: (from, to) => migrate(BigInt(from), BigInt(to)),
  });
  const bot: BotService = createBotService({
    ...repositories,
    agent,
    adminIds,
    system: {
      version: productVersion(),
      ready: createReadiness(core),
      pollingAgeMs: () => bot.health().pollingAgeMs,
    },
    publicUrl: config.publicUrl,
    transport,
    migrate,
    updates: createChatUpdates({ prisma, secrets }),
    leases,
    clock,
    log,
    ...(webhook && { webhook }),
  });
  core.chat.connect(bot);
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
