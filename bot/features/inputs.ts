import { Composer } from 'telegraf';
import { toOpsError } from '#domain/errors.ts';
import type { InputRequest } from '#domain/input-request.ts';
import { Secret } from '#domain/secret.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { failureOf } from '../failure.ts';
import { atLeast } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { repliesTo } from '../filters/replies-to.ts';
import { bold, code, html, join, shown, shownLines } from '../render/html.ts';
import { answerCommand, renderInput } from '../render/input.ts';

const ORDER = /^\S+ \/answer ([0-9a-f-]{36})$/;
const SHOWN = 10;

/** Questions that operations wait on: confirmed by a button, secrets as an answer to a prompt. */
export const inputs = (deps: Pick<BotDeps, 'agent' | 'inputs' | 'clock'>) => {
  const { agent, clock } = deps;
  const feature = new Composer<BotContext>();
  const guards = [atLeast('operator'), fresh(deps)] as const;
  const by = (ctx: BotContext) => `tg:${ctx.from?.id}`;

  async function settle(ctx: BotContext, act: () => Promise<InputRequest>, key: Settled) {
    try {
      const { serverHandle } = await act();
      await ctx.say(ctx.t(key, { server: bold(shown(serverHandle)) }));
    } catch (error) {
      if (toOpsError(error).code !== 'conflict') throw error;
      await ctx.say(ctx.t('answer.closed'));
    }
  }

  async function prompt(ctx: BotContext, request: InputRequest): Promise<void> {
    const { t } = ctx;
    if (request.status !== 'open') return ctx.say(t('answer.closed'));
    if (request.kind === 'confirm') return ctx.say(renderInput(t, request, clock.now()));
    if (ctx.chat?.type !== 'private') {
      return ctx.say(t('answer.private_only', { command: answerCommand(request.id) }));
    }
    return ctx.say(
      join([
        html(`🔑 ${code(`/answer ${request.id}`).html}`),
        shownLines(t.detail(request.question)),
        t('answer.secret_prompt', { server: bold(shown(request.serverHandle)) }),
      ]),
      { forceReply: { placeholder: t.plain('answer.placeholder') } },
    );
  }

  feature.use(
    // The message goes first, whoever wrote it and whatever comes of it: it may hold a secret.
    repliesTo(ORDER, deps, [removeMessage, ...guards], async (ctx, [, id = '']) => {
      const text = ctx.message && 'text' in ctx.message ? ctx.message.text.trim() : '';
      if (text === '') return ctx.say(ctx.t('answer.empty'));
      if (ctx.chat?.type !== 'private') {
        return ctx.say(ctx.t('answer.private_only', { command: answerCommand(id) }));
      }
      return settle(ctx, () => agent.answer(id, by(ctx), new Secret(text)), 'answer.stored');
    }),
  );
  feature.command('answer', ...guards, async (ctx) => {
    const word = ctx.payload.trim().split(/\s+/)[0] ?? '';
    const open = await deps.inputs.list({ status: 'open' });
    if (open.length === 0) return ctx.say(ctx.t('answer.none'));
    if (word === '') {
      for (const request of open.slice(0, SHOWN)) {
        await ctx.say(renderInput(ctx.t, request, clock.now()));
      }
      return;
    }
    const [only, other] = open.filter((r) => r.id.endsWith(word) || r.serverHandle === word);
    if (only && !other) return prompt(ctx, only);
    return ctx.say(ctx.t('answer.unknown', { text: code(word.slice(0, 64)) }));
  });

  feature.action(/^in\.([any])\.([0-9a-f-]{36})$/, ...guards, async (ctx) => {
    const [, verb, id = ''] = ctx.match;
    const request = await deps.inputs.find(id);
    if (!request) return ctx.say(ctx.t('answer.closed'));
    if (verb === 'a') return prompt(ctx, request);
    if (verb === 'n') return settle(ctx, () => agent.decline(id, by(ctx)), 'answer.declined');
    if (request.kind !== 'confirm') return prompt(ctx, request);
    return settle(ctx, () => agent.answer(id, by(ctx), null), 'answer.stored');
  });

  return feature;
};

type Settled = 'answer.stored' | 'answer.declined';

async function removeMessage(ctx: BotContext, next: () => Promise<void>): Promise<void> {
  try {
    await ctx.deleteMessage();
  } catch (error) {
    // Gone is what we wanted: this update is being repeated.
    if (failureOf(error).kind !== 'gone') await ctx.say(ctx.t('answer.not_deleted'));
  }
  return next();
}
