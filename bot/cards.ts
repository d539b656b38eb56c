import { toOpsError } from '#domain/errors.ts';
import type { Receiver } from '#domain/notification.ts';
import type { Clock, HeldLease, Leases, Logger } from '#domain/ports.ts';
import type { CardRepository, StampedCard } from '#domain/repositories.ts';
import { type CardDeskDeps, createCardDesk, type Drawn } from './card-desk.ts';
import { createDeliver, movedTo } from './deliver.ts';
import { failureOf } from './failure.ts';
import { wordsOf } from './reader.ts';
import { split } from './render/html.ts';
import { keyboard } from './render/message.ts';
import type { Transport } from './transport.ts';

export const CARDS_LEASE = 'telegram:cards';
const TICK_MS = 1000;
const STANDBY_MS = 5000;
/** Between two edits in one chat, whatever they are about. */
const EDIT_PACE_MS = 3000;
/** A last state waits for its turn; an edit on the way does not. */
const LAST_PATIENCE_MS = 5000;
const MOST_CARDS = 5000;
/** An order without a card that is older than this is told by its end alone. */
const ORDER_MS = 15 * 60_000;
/** Stands in `shown` of a card whose message people deleted. */
const DELETED = 'deleted';

export interface CardsDeps extends CardDeskDeps {
  readonly transport: Transport;
  readonly cards: CardRepository;
  /** One process edits. */
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Keeps the cards of all chats as their rows are. Edits make no sound, are drawn from the present
 * rows and may be skipped; the last state of each card is repeated until it stands.
 */
export function createCardKeeper(deps: CardsDeps) {
  const { transport, cards, following, clock, log } = deps;
  const desk = createCardDesk(deps);
  const deliver = createDeliver(deps);
  /** Stamps of the rows that each card was last drawn from. */
  const seen = new Map<string, string>();
  const editedAt = new Map<string, number>();

  const isPaced = (chat: string) =>
    clock.now().getTime() - (editedAt.get(chat) ?? 0) >= EDIT_PACE_MS;

  /** Orders of people: their card is there before anything has begun. */
  async function sendOrdered(signal: AbortSignal): Promise<void> {
    const since = new Date(clock.now().getTime() - ORDER_MS);
    for (const { operationId, receiver } of await cards.ordered(since)) {
      if (signal.aborted) return;
      const reader = await following.reader(receiver);
      const drawn = await desk.draw('operation', operationId, reader);
      if (!drawn || (await cards.find('operation', operationId, receiver))) continue;
      await sendNew(receiver, operationId, drawn, signal);
    }
  }

  async function sendNew(to: Receiver, operationId: string, drawn: Drawn, signal: AbortSignal) {
    const { rendered, shown, closed } = drawn;
    const reader = await following.reader(to);
    const topicGone = wordsOf(reader)('follow.topic_gone');
    const sent = await deliver(to, { ...rendered, silent: true }, { signal, topicGone });
    const lost = sent.status === 'gone' || sent.status === 'refused';
    if (sent.status !== 'sent' && !lost) return;
    // A chat that cannot be reached has a card all the same: nobody tries again each second.
    await cards.put({
      ...{ subject: 'operation', subjectId: operationId, receiver: to, shown },
      ...{ messageId: sent.status === 'sent' ? sent.messageId : 0, closed: closed || lost },
    });
  }

  async function edit(card: StampedCard, drawn: Drawn, signal: AbortSignal): Promise<boolean> {
    const { text, buttons } = drawn.rendered;
    try {
      await transport.call(
        'editMessageText',
        {
          chat_id: Number(card.receiver.chatId),
          message_id: card.messageId,
          text: split(text)[0]?.html ?? '…',
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          reply_markup: keyboard(buttons) ?? { inline_keyboard: [] },
        },
        { signal, patienceMs: drawn.closed ? LAST_PATIENCE_MS : 0 },
      );
    } catch (error) {
      const { kind, reason } = failureOf(error);
      if (kind === 'unchanged') return true;
      if (kind === 'gone' || kind === 'refused') await deleted(card, drawn, signal);
      // A group that moved takes its cards along; whoever tells it next finds out.
      if (kind === 'blocked' && movedTo(error) === null) {
        log.warn({ card: card.id, reason }, 'a card cannot be reached');
        await cards.redrawn(card.id, drawn.shown, true);
      }
      return false;
    }
    return true;
  }

  /** People deleted it. An edit is never replaced by a message, except an operation's last state. */
  async function deleted(card: StampedCard, drawn: Drawn, signal: AbortSignal): Promise<void> {
    if (card.subject === 'incident') await cards.forget(card.id);
    else if (card.subject === 'approval') await cards.redrawn(card.id, DELETED, true);
    else if (drawn.closed) await sendNew(card.receiver, card.subjectId, drawn, signal);
    else await cards.redrawn(card.id, DELETED, false);
  }

  async function look(card: StampedCard, signal: AbortSignal): Promise<void> {
    const chat = String(card.receiver.chatId);
    const reader = await following.reader(card.receiver);
    // Who lost their role gets no data, not by an edit either.
    const isOut = card.receiver.chatId > 0n && reader.role === null;
    const drawn = isOut ? null : await desk.draw(card.subject, card.subjectId, reader);
    if (!drawn) return cards.forget(card.id);
    if (card.shown === DELETED && !drawn.closed) return;
    if (drawn.shown === card.shown && drawn.closed === card.closed) {
      seen.set(card.id, card.stamp);
      return;
    }
    if (!drawn.closed && !isPaced(chat)) return;
    const stands = drawn.shown === card.shown || (await edit(card, drawn, signal));
    if (!stands) return;
    editedAt.set(chat, clock.now().getTime());
    seen.set(card.id, card.stamp);
    await cards.redrawn(card.id, drawn.shown, drawn.closed);
  }

  /** Everything once; chats side by side, so that none waits for another's turn. */
  async function turn(signal: AbortSignal): Promise<void> {
    await sendOrdered(signal);
    const open = await cards.open(MOST_CARDS);
    const chats = new Map<string, StampedCard[]>();
    for (const card of open.filter(isWorthALook)) {
      const chat = String(card.receiver.chatId);
      chats.set(chat, [...(chats.get(chat) ?? []), card]);
    }
    const known = new Set(open.map(({ id }) => id));
    for (const id of seen.keys()) if (!known.has(id)) seen.delete(id);
    await Promise.all(
      [...chats.values()].map(async (own) => {
        for (const card of own) {
          if (signal.aborted) return;
          await look(card, signal).catch((error: unknown) => {
            log.warn({ card: card.id, error: toOpsError(error).message }, 'a card was not drawn');
          });
        }
      }),
    );
  }

  /** The rows behind it have changed, or time itself shows on it. */
  const isWorthALook = (card: StampedCard): boolean =>
    seen.get(card.id) !== card.stamp ||
    (card.subject === 'operation' && isPaced(String(card.receiver.chatId)));

  return {
    turn,
    /** Works until aborted, while it holds the lease; survives the database's absence. */
    async run(signal: AbortSignal): Promise<void> {
      let lease: HeldLease | null = null;
      while (!signal.aborted) {
        try {
          if (lease?.signal.aborted) lease = null;
          lease ??= await deps.leases.take(CARDS_LEASE);
          if (lease) await turn(AbortSignal.any([signal, lease.signal]));
        } catch (error) {
          if (!signal.aborted) log.warn({ error: toOpsError(error).message }, 'cards were left');
        }
        await clock.sleep(lease ? TICK_MS : STANDBY_MS, signal).catch(() => undefined);
      }
      await lease?.release().catch(() => undefined);
    },
  };
}
