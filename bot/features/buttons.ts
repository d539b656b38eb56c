import { Composer } from 'telegraf';
import { IncidentType } from '#domain/incident.ts';
import { RecoveryMode } from '#domain/recovery.ts';
import { Care, type Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { covers } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { askOrder } from '../orders/ask.ts';
import { setCare, showCares } from '../orders/choose-care.ts';
import { askRecover } from '../orders/choose-incident.ts';
import { orderMode, showModes } from '../orders/choose-mode.ts';
import { DURATIONS, openWindow, secondsOf } from '../orders/window.ts';
import { bold, shown } from '../render/html.ts';
import { renderAccepted } from '../render/operation.ts';
import { VERB_ROLES, VERBS, type Verb } from '../render/verbs.ts';

const DATA = new RegExp(`^do\\.(${VERBS.join('|')})\\.([0-9a-f-]{36})(?:\\.([0-9a-z]{1,12}))?$`);

type Do = (ctx: BotContext, server: Server, choice: string, deps: BotDeps) => Promise<void>;

const submit =
  (kind: 'provision' | 'deploy'): Do =>
  async (ctx, { handle: target }, _, { agent }) => {
    const who = { by: `tg:${ctx.from?.id}`, key: `tg:${ctx.update.update_id}` };
    return ctx.say(renderAccepted(ctx.t, await agent.submit({ kind, target, ...who })));
  };

const ask =
  (verb: string): Do =>
  (ctx, { handle: target }, _, deps) =>
    askOrder(ctx, { verb, target, arguments: {} }, deps);

const maint: Do = (ctx, { id, handle: target }, choice, deps) => {
  const seconds = secondsOf(choice);
  if (seconds !== null) {
    const when = { from: deps.clock.now(), seconds, reason: '' };
    return openWindow(ctx, { scope: 'server', target }, when, deps);
  }
  return ctx.say({
    text: ctx.t('maint.how_long', { server: bold(shown(target)) }),
    buttons: [
      DURATIONS.map((word) => ({
        text: ctx.t.duration(secondsOf(word) ?? 0),
        data: `do.maint.${id}.${word}`,
      })),
    ],
  });
};

const mode: Do = (ctx, server, choice, deps) => {
  const wanted = RecoveryMode.safeParse(choice);
  if (!wanted.success) return showModes(ctx, server, deps);
  return orderMode(ctx, { target: server.handle, mode: wanted.data, rung: null }, deps);
};

const care: Do = (ctx, server, choice, deps) => {
  const wanted = Care.safeParse(choice);
  return wanted.success ? setCare(ctx, server, wanted.data, deps) : showCares(ctx, server);
};

const recover: Do = (ctx, server, choice, deps) =>
  askRecover(ctx, server, deps, choice === '' ? undefined : IncidentType.options[Number(choice)]);

const DO: Readonly<Record<Verb, Do>> = {
  ...{ provision: submit('provision'), redeploy: submit('deploy') },
  ...{ rebuild: ask('rebuild'), reset: ask('reset'), reboot: ask('reboot'), hands: ask('hands') },
  ...{ recover, maint, mode, care },
};

/** Orders by the buttons of cards: `do.<verb>.<server's id>`, with a choice at its end. */
export const buttons = (deps: BotDeps) => {
  const feature = new Composer<BotContext>();
  feature.action(DATA, async (ctx, next) => {
    const verb = VERBS.find((known) => known === ctx.match[1]);
    if (verb === undefined) return next();
    const role = VERB_ROLES[verb];
    if (!covers(ctx.person.role, role)) {
      const refusal = ctx.t.plain('refused.role', { role: ctx.t(`role.${role}`) });
      await ctx.answerCbQuery(refusal.slice(0, 200));
      return;
    }
    await fresh(deps)(ctx, async () => {
      const server = await deps.servers.byId(ctx.match[2] ?? '');
      if (server === null) return ctx.say(ctx.t('order.no_server'));
      return DO[verb](ctx, server, ctx.match[3] ?? '', deps);
    });
  });
  return feature;
};
