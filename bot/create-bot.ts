import { Telegraf } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';
import { OpsError } from '#domain/errors.ts';
import { equip } from './answering.ts';
import type { BotContext } from './context.ts';
import type { BotDeps } from './deps.ts';
import { features } from './features/index.ts';
import { pairing } from './features/start.ts';
import { authorise } from './filters/authorise.ts';
import { migration } from './filters/migration.ts';
import { translatorFor } from './locales/translate.ts';
import { createMenus } from './menus.ts';
import { renderError } from './render/errors.ts';
import type { Transport } from './transport.ts';

export interface Bot {
  /** Handles one update to its end. Throws where a repetition may help (network, database). */
  handle(update: Update): Promise<void>;
  /** Tells the person that their update was given up. */
  apologise(update: Update): Promise<void>;
}

const HANDLER_TIMEOUT = 60_000;

/** The bot without its legs: who polls, stores and repeats is processor.ts and polling.ts. */
export function createBot({
  transport,
  me,
  ...deps
}: BotDeps & { transport: Transport; me: UserFromGetMe }): Bot {
  const bot = new Telegraf<BotContext>('', { handlerTimeout: HANDLER_TIMEOUT });
  bot.botInfo = me;
  const menus = createMenus({ transport, clock: deps.clock, log: deps.log });
  menus.clearDefault();
  // The update is repeated by the processor: it has to see the error.
  bot.catch((error) => {
    throw error;
  });
  bot.use(async (ctx, next) => {
    // Telegraf makes a client per update; ours knows deadlines, the budget and plain text.
    ctx.telegram.callApi = async (method, payload) =>
      transport.call(method, payload, { urgency: 'answer' });
    equip(ctx, deps.log);
    ctx.menus = menus;
    return next();
  });
  bot.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!isAnswer(error)) throw error;
      await ctx.say(renderError(ctx.t, error));
    }
  });
  bot.use(migration(deps));
  bot.use(authorise(deps, pairing(deps)));
  for (const feature of features) bot.use(feature(deps));

  return {
    handle: (update) => bot.handleUpdate(update),
    async apologise(update) {
      const from = 'message' in update ? update.message.from : undefined;
      const tapped = 'callback_query' in update ? update.callback_query.from : undefined;
      const person = from ?? tapped;
      const known = person ? await deps.users.find(BigInt(person.id)) : null;
      if (!person || !known?.role) return;
      const t = translatorFor(known, person.language_code);
      const text = t('error.broken').html;
      const chat_id = 'message' in update ? update.message.chat.id : person.id;
      const payload = { chat_id, text, parse_mode: 'HTML' } as const;
      await transport.call('sendMessage', payload, { urgency: 'answer' });
    },
  };
}

/** Errors that are the answer to what was asked; the rest is repeated. */
function isAnswer(error: unknown): error is OpsError {
  return error instanceof OpsError && error.code !== 'internal' && !REPEATED.has(error.code);
}

const REPEATED: ReadonlySet<OpsError['code']> = new Set([
  'unavailable',
  'storage_unavailable',
  'timeout',
  'unknown_outcome',
  'lease_lost',
  'rate_limited',
]);
