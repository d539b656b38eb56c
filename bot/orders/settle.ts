import { type ChatOrder, factsHash } from '#domain/chat-order.ts';
import { OpsError } from '#domain/errors.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { covers } from '../filters/at-least.ts';
import type { Translate } from '../locales/translate.ts';
import { renderError } from '../render/errors.ts';
import { type Html, join } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';
import { named } from '../render/operation.ts';
import { askOrder } from './ask.ts';
import { kindOf } from './index.ts';
import type { OrderDeps, OrderKind } from './kind.ts';

type Deps = OrderDeps & Pick<BotDeps, 'operations'>;
/** Where the outcome is shown: on the message that asked, or as a message of its own. */
type Show = (message: Rendered) => Promise<void>;

/**
 * A yes to an order: looked at once more, stored, then carried out. Once: a second tap, another
 * device or another person finds it ended; only the very update that decided it may go on with it.
 */
export async function confirmOrder(
  ctx: BotContext,
  order: ChatOrder,
  deps: Deps,
  show: Show,
): Promise<void> {
  const { t } = ctx;
  const kind = kindOf(order.verb);
  if (kind === null) return ctx.say(t('order.gone'));
  const update = ctx.update.update_id;
  const decide = (to: 'confirmed' | 'expired') =>
    deps.chatOrders.decide(order.id, to, update, deps.clock.now());

  // The update that found it void is being handled again: it shows the new question once more.
  const again = order.status === 'expired' && (await decide('expired'));
  if (order.status === 'asked' || again) {
    if (order.expiresAt <= deps.clock.now()) {
      await decide('expired');
      return show({ text: t('order.expired'), buttons: [] });
    }
    if (!covers(ctx.person.role, kind.role)) {
      return ctx.say(t('refused.role', { role: t(`role.${kind.role}`) }));
    }
    const view = await kind.view(order, t, deps);
    if ('nothing' in view) {
      await decide('expired');
      return show({ buttons: [], ...view.nothing });
    }
    if (factsHash(view.facts) !== order.factsHash) {
      await decide('expired');
      const before = t('order.changed');
      return askOrder(ctx, order, deps, { before, redraw: kind.word === 'tap' });
    }
  }
  if (!(await decide('confirmed'))) return show(await ended(order.id, t, deps));
  return carryOut(ctx, order, kind, deps, show);
}

async function carryOut(
  { t }: BotContext,
  order: ChatOrder,
  kind: OrderKind,
  deps: Deps,
  show: Show,
): Promise<void> {
  let done: Rendered;
  try {
    done = await kind.act(order, t, deps);
  } catch (error) {
    // What may pass is repeated, by the same update; a refusal ends the question.
    if (!(error instanceof OpsError) || error.retry !== 'no' || error.code === 'internal')
      throw error;
    done = { text: renderError(t, error) };
  }
  return show({ buttons: [], ...done });
}

export async function declineOrder(
  ctx: BotContext,
  order: ChatOrder,
  deps: Deps,
  show: Show,
): Promise<void> {
  const { chatOrders, clock } = deps;
  const mine = await chatOrders.decide(order.id, 'declined', ctx.update.update_id, clock.now());
  return show(
    mine ? { text: ctx.t('order.declined'), buttons: [] } : await ended(order.id, ctx.t, deps),
  );
}

/** What became of a question that is over. */
async function ended(
  id: string,
  t: Translate,
  { chatOrders, operations }: Deps,
): Promise<Rendered> {
  const order = await chatOrders.find(id);
  const operation = order?.operationId ? await operations.find(order.operationId) : null;
  // Its handling was given up: honest is what makes somebody ask again.
  const lost = order?.status === 'confirmed' && !operation && kindOf(order.verb)?.starts === true;
  const what: Html | null = operation
    ? t('accepted.replayed', named(t, operation))
    : lost
      ? t('order.not_started')
      : null;
  const status = order?.status ?? 'expired';
  const key = status === 'asked' ? 'expired' : status;
  return { text: join([t(`order.${key}`), what]), buttons: [] };
}
