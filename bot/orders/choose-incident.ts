import { IncidentType } from '#domain/incident.ts';
import { recoverableOf } from '#domain/ladder.ts';
import type { Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import { plainOf } from '../render/html.ts';
import { incidentName } from '../render/incident.ts';
import { askOrder } from './ask.ts';
import type { OrderDeps } from './kind.ts';
import { nothingOpen } from './recover.ts';
import { nameOf, viewServer } from './server-view.ts';

/**
 * Asks about the recovery from the incident that is open; a choice where there are several. At most
 * one is open of a type, so that its number (of IncidentType) names it on a button.
 */
export async function askRecover(
  ctx: BotContext,
  { id, handle }: Pick<Server, 'id' | 'handle'>,
  deps: OrderDeps,
  type?: IncidentType,
): Promise<void> {
  const { t } = ctx;
  const view = await viewServer(handle, deps);
  const open = recoverableOf(view.open).filter((one) => type === undefined || one.type === type);
  const [first, second] = open;
  if (first === undefined) return ctx.say(nothingOpen(t, view).nothing);
  if (second === undefined) {
    const wish = { verb: 'recover', target: handle, arguments: { incident: first.id } };
    return askOrder(ctx, wish, deps);
  }
  const button = (one: IncidentType) => ({
    text: plainOf(incidentName(t, { type: one }).html),
    data: `do.recover.${id}.${IncidentType.options.indexOf(one)}`,
  });
  return ctx.say({
    text: t('order.recover.which', { server: nameOf(view.server) }),
    buttons: open.map((incident) => [button(incident.type)]),
  });
}
