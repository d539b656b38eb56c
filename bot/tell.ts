import type { CardSubject, ChatCard } from '#domain/card.ts';
import { isQuiet, type Reader } from '#domain/following.ts';
import type { Notification, OutboxMessage, Receiver } from '#domain/notification.ts';
import { type CardDesk, type CardDeskDeps, createCardDesk } from './card-desk.ts';
import { createDeliver, type Delivery } from './deliver.ts';
import { createNames } from './people.ts';
import { plotOf } from './plot.ts';
import { wordsOf } from './reader.ts';
import { renderCombined } from './render/combined.ts';
import type { Rendered } from './render/message.ts';
import { renderNotification } from './render/notification.ts';
import type { Transport } from './transport.ts';

export interface TellDeps extends CardDeskDeps {
  readonly transport: Transport;
  /** A group has another id from now on: everything that names it follows. */
  migrate?(from: bigint, to: bigint): Promise<void>;
}

/** What the outbox hears; a group that moved is told again under its new id. */
export type Told = Exclude<Delivery, { status: 'moved' }>;

/**
 * Tells one chat what happened: as the card of what it is about, as an answer to that card, or,
 * beyond the hour's messages, as one message over many. Never throws for what Telegram answers.
 */
export function createTell(deps: TellDeps) {
  const { cards, following, clock } = deps;
  const desk: CardDesk = createCardDesk(deps);
  const deliver = createDeliver(deps);
  const nameOf = createNames(deps.users);

  /** By night, and about what was muted here, without a sound. */
  async function isHushed(reader: Reader, messages: readonly OutboxMessage[]): Promise<boolean> {
    if (messages.some(({ notification }) => notification.severity === 'critical')) return false;
    const now = clock.now();
    if (isQuiet(reader, now)) return true;
    const [only, other] = messages;
    if (!only?.incidentId || other) return false;
    return (await following.mutedUntil(reader.receiver, only.incidentId, now)) !== null;
  }

  const named = async (notification: Notification): Promise<Notification> => ({
    ...notification,
    params: { ...notification.params, by: await nameOf(String(notification.params.by ?? '')) },
  });

  async function tellOf(
    messages: readonly [OutboxMessage, ...OutboxMessage[]],
    reader: Reader,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const t = wordsOf(reader);
    const { receiver } = reader;
    const hushed = await isHushed(reader, messages);
    const topicGone = t('follow.topic_gone');
    const send = (message: Rendered, replyTo?: number) =>
      deliver(
        receiver,
        { ...message, ...(hushed && { silent: true }) },
        { signal, topicGone, ...(replyTo !== undefined && { replyTo }) },
      );

    /** A new card; null: what it is about is not known, so that nothing was sent. */
    async function sendCard(
      subject: CardSubject,
      subjectId: string,
      extra: { silent?: boolean; replyTo?: number },
    ): Promise<Delivery | null> {
      const drawn = await desk.draw(subject, subjectId, reader);
      if (!drawn) return null;
      const { rendered, shown, closed } = drawn;
      const silent = extra.silent === true ? { silent: true } : {};
      const sent = await send({ ...rendered, ...silent }, extra.replyTo);
      if (sent.status === 'sent') {
        const { messageId } = sent;
        await cards.put({ subject, subjectId, receiver, messageId, shown, closed });
      }
      return sent;
    }

    const [{ notification, incidentId }] = messages;
    if (messages.length > 1) {
      return send(renderCombined(t, await Promise.all(messages.map((m) => named(m.notification)))));
    }
    const plot = plotOf(notification, incidentId);
    const text = renderNotification(t, await named(notification));
    const silent = text.silent === true;
    const parent = plot.answers && (await cards.find(plot.answers[0], plot.answers[1], receiver));
    if (plot.card) {
      const [subject, id] = plot.card;
      const before = await cards.find(subject, id, receiver);
      // The card that stands shows it already, or will at its next edit.
      if (before && !plot.again)
        return { status: 'sent', messageId: before.messageId, answered: true };
      if (before) return answer(before);
      const replyTo = parent ? { replyTo: parent.messageId } : {};
      return (await sendCard(subject, id, { silent, ...replyTo })) ?? send(text);
    }
    if (parent) return answer(parent);
    // Nobody has its card here: subscribed later, deleted, or it went out among many.
    if (plot.answers && plot.goesOn) await sendCard(...plot.answers, { silent: true });
    const card = plot.answers && (await cards.find(plot.answers[0], plot.answers[1], receiver));
    return send(text, card?.messageId);

    /** A new message that answers the card, for the sound; the card follows by its own edit. */
    async function answer(card: ChatCard): Promise<Delivery> {
      if (plot.again) await cards.redrawn(card.id, '', false);
      const sent = await send(text, card.messageId);
      if (sent.status === 'sent' && !sent.answered) {
        await cards.forget(card.id);
        if (plot.goesOn) await sendCard(card.subject, card.subjectId, { silent: true });
      }
      return sent;
    }
  }

  return async (messages: readonly OutboxMessage[], signal: AbortSignal): Promise<Told> => {
    const [first, ...others] = messages;
    if (!first) return { status: 'sent', messageId: 0, answered: true };
    const reader = await following.reader(first.receiver);
    if (isPerson(first.receiver) && reader.role === null) {
      return { status: 'gone', reason: 'This person has no role any more.' };
    }
    const told = await tellOf([first, ...others], reader, signal);
    if (told.status !== 'moved') return told;
    await deps.migrate?.(first.receiver.chatId, told.to);
    const retryAfterMs = deps.migrate ? 0 : null;
    return { status: 'later', reason: told.reason, retryAfterMs };
  };
}

const isPerson = ({ chatId }: Receiver): boolean => chatId > 0n;
