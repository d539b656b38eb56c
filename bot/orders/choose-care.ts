import { Care, type Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import { join } from '../render/html.ts';
import type { OrderDeps } from './kind.ts';
import { nameOf } from './server-view.ts';

/** The care there is, and buttons for the others. */
export function showCares(ctx: BotContext, server: Server): Promise<void> {
  const others = Care.options.filter((one) => one !== server.care);
  return ctx.say({
    text: ctx.t('care.now', { server: nameOf(server), care: server.care }),
    buttons: [others.map((one) => ({ text: one, data: `do.care.${server.id}.${one}` }))],
  });
}

export async function setCare(
  ctx: BotContext,
  { handle }: Pick<Server, 'handle'>,
  care: Care,
  { servers }: Pick<OrderDeps, 'servers'>,
): Promise<void> {
  const { t } = ctx;
  const server = await servers.update(handle, { care }, `tg:${ctx.from?.id}`);
  return ctx.say(
    join([
      t('care.set', { server: nameOf(server), care }),
      t(`care.means_${care}`),
      server.handsOff ? t('care.hands_off') : null,
    ]),
  );
}
