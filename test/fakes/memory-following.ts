import type { ChatCard, OperationProgress } from '#domain/card.ts';
import type { OnCallSlot, Reader, Subscription } from '#domain/following.ts';
import type { Receiver } from '#domain/notification.ts';
import type { RecoveryMode, RungRecord } from '#domain/recovery.ts';
import type {
  CardRepository,
  FollowingRepository,
  OnCallRepository,
} from '#domain/repositories.ts';
import type { User } from '#domain/user.ts';

const keyOf = ({ chatId, threadId }: Receiver) => `${chatId}/${threadId}`;
const same = (a: Receiver, b: Receiver) => keyOf(a) === keyOf(b);

/** What chats chose, their cards and the on-call list, in memory. */
export function memoryFollowing(users: ReadonlyMap<bigint, User>) {
  const subscriptions: Subscription[] = [];
  const choices = new Map<string, Partial<Omit<Reader, 'receiver' | 'role'>>>();
  const mutes = new Map<string, Date>();
  const cards: ChatCard[] = [];
  const slots: OnCallSlot[] = [];
  const rungs: RungRecord[] = [];
  const shown = {
    progress: { steps: [], task: null } as OperationProgress,
    mode: null as RecoveryMode | null,
    ordered: [] as { operationId: string; receiver: Receiver }[],
  };
  let next = 0;
  const id = () => `01930000-0000-7000-9000-${String(++next).padStart(12, '0')}`;
  const choose = (receiver: Receiver, part: object) =>
    choices.set(keyOf(receiver), { ...choices.get(keyOf(receiver)), ...part });

  const following: FollowingRepository = {
    async reader(receiver) {
      const person = users.get(receiver.chatId);
      return {
        ...{ receiver, quiet: null, digestAt: null, timeZone: person?.timeZone ?? null },
        language: person?.language ?? person?.languageCode ?? null,
        role: person?.role ?? null,
        ...choices.get(keyOf(receiver)),
      };
    },
    subscriptions: async (receiver) => subscriptions.filter((one) => same(one.receiver, receiver)),
    async subscribe(wish) {
      const at = subscriptions.findIndex(
        (one) =>
          same(one.receiver, wish.receiver) &&
          one.scope === wish.scope &&
          one.target === wish.target,
      );
      const row = { ...wish, id: subscriptions[at]?.id ?? id() };
      if (at < 0) subscriptions.push(row);
      else subscriptions[at] = row;
      return row;
    },
    async unsubscribe(receiver, one) {
      const gone = subscriptions.filter(
        (row) =>
          same(row.receiver, receiver) &&
          (!one || (row.scope === one.scope && row.target === one.target)),
      );
      for (const row of gone) subscriptions.splice(subscriptions.indexOf(row), 1);
      return gone.length;
    },
    speak: async (receiver, words) => void choose(receiver, words),
    setQuiet: async (receiver, quiet) => void choose(receiver, { quiet }),
    setDigest: async (receiver, digestAt) => void choose(receiver, { digestAt }),
    mute: async (receiver, incident, until) =>
      void mutes.set(`${keyOf(receiver)}/${incident}`, until),
    async mutedUntil(receiver, incident, now) {
      const until = mutes.get(`${keyOf(receiver)}/${incident}`);
      return until && until > now ? until : null;
    },
  };

  const cardRepository: CardRepository = {
    find: async (subject, subjectId, receiver) =>
      cards.find(
        (c) => c.subject === subject && c.subjectId === subjectId && same(c.receiver, receiver),
      ) ?? null,
    // The stamp is always new: each look draws.
    open: async () => cards.filter((c) => !c.closed).map((c) => ({ ...c, stamp: id() })),
    async put(card) {
      const before = await cardRepository.find(card.subject, card.subjectId, card.receiver);
      if (before) cards.splice(cards.indexOf(before), 1);
      cards.push({ ...card, id: before?.id ?? id() });
    },
    async redrawn(cardId, text, closed) {
      const at = cards.findIndex((c) => c.id === cardId);
      const before = cards[at];
      if (before) cards[at] = { ...before, shown: text, closed };
    },
    async forget(cardId) {
      const at = cards.findIndex((c) => c.id === cardId);
      if (at >= 0) cards.splice(at, 1);
    },
    progress: async () => shown.progress,
    modeOf: async () => shown.mode,
    ordered: async () =>
      shown.ordered.filter(
        ({ operationId, receiver }) =>
          !cards.some((c) => c.subjectId === operationId && same(c.receiver, receiver)),
      ),
  };

  const onCall: Pick<OnCallRepository, 'slots' | 'add' | 'remove' | 'raise'> = {
    slots: async () => [...slots],
    async add(slot) {
      const added = { ...slot, id: id(), position: slots.length + 1 };
      slots.push(added);
      return added;
    },
    async remove(slotId) {
      const at = slots.findIndex((slot) => slot.id === slotId);
      return at >= 0 && slots.splice(at, 1).length > 0;
    },
    async raise(slotId) {
      const at = slots.findIndex((slot) => slot.id === slotId);
      const [slot] = at > 0 ? slots.splice(at, 1) : [];
      if (!slot) return false;
      slots.splice(at - 1, 0, slot);
      return true;
    },
  };

  return {
    ...{ following, cards: cardRepository, onCall },
    recoveries: {
      ofIncident: async (incident: string) => rungs.filter((r) => r.incidentId === incident),
    },
    /** What a test may look at and set. */
    rows: { subscriptions, choices, mutes, cards, slots, rungs, shown },
    choose,
  };
}
