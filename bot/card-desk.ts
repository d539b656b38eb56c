import { createHash } from 'node:crypto';
import type { CardSubject } from '#domain/card.ts';
import type { Reader } from '#domain/following.ts';
import { isTerminal } from '#domain/operation.ts';
import type { BotDeps } from './deps.ts';
import { createNames } from './people.ts';
import { mayAct, wordsOf } from './reader.ts';
import { renderApproval } from './render/approval.ts';
import { renderIncident } from './render/incident.ts';
import type { Rendered } from './render/message.ts';
import { renderOperationCard } from './render/operation-card.ts';

/** A card as its rows say now. */
export interface Drawn {
  readonly rendered: Rendered;
  /** Hash of what it shows. */
  readonly shown: string;
  /** Nothing more will change on it. */
  readonly closed: boolean;
}

export type CardDeskDeps = Pick<
  BotDeps,
  | 'incidents'
  | 'operations'
  | 'approvals'
  | 'users'
  | 'recoveries'
  | 'cards'
  | 'following'
  | 'clock'
>;

export type CardDesk = ReturnType<typeof createCardDesk>;

/** Draws the cards of incidents, operations and approvals for one chat; null: there is no such row. */
export function createCardDesk(deps: CardDeskDeps) {
  const nameOf = createNames(deps.users);

  async function incident(id: string, reader: Reader): Promise<Drawn | null> {
    const found = await deps.incidents.find(id);
    if (!found) return null;
    const now = deps.clock.now();
    const rendered = renderIncident(wordsOf(reader), found, {
      taker: await nameOf(found.takenBy),
      mayTake: mayAct(reader),
      now,
      rungs: await deps.recoveries.ofIncident(id),
      mode: await deps.cards.modeOf(id),
      mutedUntil: await deps.following.mutedUntil(reader.receiver, id, now),
    });
    return drawn(rendered, found.status === 'resolved');
  }

  async function operation(id: string, reader: Reader): Promise<Drawn | null> {
    const found = await deps.operations.find(id);
    if (!found) return null;
    const rendered = renderOperationCard(wordsOf(reader), found, {
      progress: await deps.cards.progress(id),
      mayAct: mayAct(reader),
      now: deps.clock.now(),
    });
    return drawn(rendered, isTerminal(found.status));
  }

  async function approval(id: string, reader: Reader): Promise<Drawn | null> {
    const found = await deps.approvals.find(id);
    if (!found) return null;
    const rendered = renderApproval(wordsOf(reader), found, await nameOf(found.decidedBy));
    const shown = mayAct(reader) ? rendered : { text: rendered.text };
    return drawn(shown, found.status !== 'open' && found.status !== 'approved');
  }

  const painters = { incident, operation, approval };
  return {
    draw: (subject: CardSubject, id: string, reader: Reader): Promise<Drawn | null> =>
      painters[subject](id, reader),
  };
}

function drawn(rendered: Rendered, closed: boolean): Drawn {
  const { text, buttons = [] } = rendered;
  const shown = createHash('sha256')
    .update(JSON.stringify([text.html, buttons]))
    .digest('base64url');
  return { rendered, shown, closed };
}
