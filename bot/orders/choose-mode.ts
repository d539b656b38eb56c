import { RecoveryMode } from '#domain/recovery.ts';
import type { Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import { askOrder } from './ask.ts';
import type { OrderDeps } from './kind.ts';
import { type modeWish, setMode } from './mode.ts';
import { nameOf, viewServer } from './server-view.ts';

/** `auto` is asked about; what makes recoveries more careful is done at once. */
export async function orderMode(
  ctx: BotContext,
  wish: ReturnType<typeof modeWish>,
  deps: OrderDeps,
): Promise<void> {
  const { target, mode, rung } = wish;
  if (mode !== 'auto') return ctx.say(await setMode(wish, `tg:${ctx.from?.id}`, ctx.t, deps));
  const words = { mode, ...(rung === null ? {} : { rung }) };
  return askOrder(ctx, { verb: 'mode', target, arguments: words }, deps);
}

/** The mode there is, and buttons for the others. */
export async function showModes(
  ctx: BotContext,
  { handle }: Pick<Server, 'handle'>,
  deps: OrderDeps,
): Promise<void> {
  const { server, mode } = await viewServer(handle, deps);
  const others = RecoveryMode.options.filter((one) => one !== mode);
  return ctx.say({
    text: ctx.t('mode.now', { server: nameOf(server), mode }),
    buttons: [others.map((one) => ({ text: one, data: `do.mode.${server.id}.${one}` }))],
  });
}
