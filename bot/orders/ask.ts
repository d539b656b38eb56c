import { CHAT_ORDER_SECONDS, type ChatOrder, chatOrderId, factsHash } from '#domain/chat-order.ts';
import { OpsError } from '#domain/errors.ts';
import type { BotContext } from '../context.ts';
import { covers } from '../filters/at-least.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, code, type Html, html, join, shown } from '../render/html.ts';
import { kindOf } from './index.ts';
import type { OrderDeps, Preview, Wish } from './kind.ts';

/**
 * Shows what an order would do, and asks for the word on it: a button, or the name typed back. What
 * was asked is a row, so that the answer survives restarts and counts once. `before` stands above it;
 * a question that is asked again by a tap takes the place of the one that was tapped.
 */
export async function askOrder(
  ctx: BotContext,
  wish: Wish,
  deps: OrderDeps,
  { before = null, redraw = false }: { before?: Html | null; redraw?: boolean } = {},
): Promise<void> {
  const kind = kindOf(wish.verb);
  if (kind === null || !ctx.from || !ctx.chat) {
    throw new OpsError('internal', `Nobody can be asked about ${wish.verb}.`);
  }
  const { t } = ctx;
  if (!covers(ctx.person.role, kind.role)) {
    return ctx.say(t('refused.role', { role: t(`role.${kind.role}`) }));
  }
  const view = await kind.view(wish, t, deps);
  if ('nothing' in view) {
    const nothing = { buttons: [], ...view.nothing };
    return redraw ? ctx.redraw(nothing) : ctx.say(nothing);
  }
  const now = deps.clock.now();
  const order = await deps.chatOrders.ask({
    id: chatOrderId(BigInt(ctx.chat.id), ctx.update.update_id),
    ...{ verb: wish.verb, target: wish.target, arguments: wish.arguments },
    ...{ askedBy: BigInt(ctx.from.id), chatId: BigInt(ctx.chat.id), threadId: threadOf(ctx) },
    ...{ factsHash: factsHash(view.facts), createdAt: now },
    expiresAt: new Date(now.getTime() + CHAT_ORDER_SECONDS * 1000),
  });
  return kind.word === 'name'
    ? askForName(ctx, order, view, before)
    : askForTap(ctx, order, view, { before, redraw });
}

const threadOf = ({ msg }: BotContext): number =>
  msg && 'message_thread_id' in msg ? (msg.message_thread_id ?? 0) : 0;

function textOf(t: Translate, { text }: Preview, order: ChatOrder): readonly (Html | null)[] {
  return [...text, t('order.until', { until: t.moment(order.expiresAt) })];
}

function askForTap(
  ctx: BotContext,
  order: ChatOrder,
  view: Preview,
  { before, redraw }: { before: Html | null; redraw: boolean },
): Promise<void> {
  const { t } = ctx;
  const question = {
    text: join([before, ...textOf(t, view, order)]),
    buttons: [
      [
        { text: view.yes, data: `or.y.${order.id}` },
        { text: t.plain('button.leave'), data: `or.n.${order.id}` },
      ],
    ],
  };
  return redraw ? ctx.redraw(question) : ctx.say(question);
}

/** The first line names the order: the answer to this message carries it back. */
function askForName(
  ctx: BotContext,
  order: ChatOrder,
  view: Preview,
  before: Html | null,
): Promise<void> {
  const { t } = ctx;
  // In a group the prompt is for whoever tapped: an answer to a message speaks for itself.
  const tapped = ctx.callbackQuery !== undefined && ctx.chat?.type !== 'private';
  const who = `<a href="tg://user?id=${order.askedBy}">${shown(ctx.from?.first_name ?? '–', 60).html}</a>`;
  return ctx.say(
    join([
      html(`⚠️ ${code(`/${order.verb} ${order.target}`).html} (${code(order.id).html})`),
      tapped ? t('order.for', { who: html(who) }) : null,
      before,
      ...textOf(t, view, order),
      t('rebuild.type_back', { server: bold(shown(order.target)) }),
    ]),
    { forceReply: { placeholder: t.plain('rebuild.placeholder') } },
  );
}

/** First line of a prompt for a name, as a reader's client gives it back. */
export const PROMPT = /^\S+ \/[a-z]+ [a-z][a-z0-9-]{0,62} \(([0-9a-z]{10})\)$/;
