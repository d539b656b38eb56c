import type { ChatOrder } from '#domain/chat-order.ts';
import type { Role } from '#domain/user.ts';
import type { BotDeps } from '../deps.ts';
import type { Translate } from '../locales/translate.ts';
import type { Html } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';

/** What an order says, whoever asked it where. */
export type Wish = Pick<ChatOrder, 'verb' | 'target' | 'arguments'>;

export interface Preview {
  /** What the answer rests on: other facts need a new question. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What happens, what is lost, how it can be undone. */
  readonly text: readonly (Html | null)[];
  /** On the button that confirms. */
  readonly yes: string;
}

/** There is nothing to ask (any more); what to say instead. */
export interface Nothing {
  readonly nothing: Rendered;
}

export type OrderDeps = Pick<
  BotDeps,
  'agent' | 'servers' | 'groups' | 'incidents' | 'chatOrders' | 'users' | 'clock'
>;

/** One kind of order that a person has to confirm. */
export interface OrderKind {
  readonly role: Role;
  /** tap: a button is enough. name: the target's name is typed back. */
  readonly word: 'tap' | 'name';
  /** It starts an operation, which the order is noted with. */
  readonly starts: boolean;
  /** Reads afresh how things stand. Throws OpsError where the order would be refused. */
  view(wish: Wish, t: Translate, deps: OrderDeps): Promise<Preview | Nothing>;
  /** Carries it out, once: it may be called again for the same order. */
  act(order: ChatOrder, t: Translate, deps: OrderDeps): Promise<Rendered>;
}

/** One order starts one operation, however often it is carried out. */
export const startedBy = ({ id, askedBy }: Pick<ChatOrder, 'id' | 'askedBy'>) => ({
  by: `tg:${askedBy}`,
  key: `order:${id}`,
});
