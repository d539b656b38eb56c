import { createNames } from '../people.ts';
import { isLiftable, stopLines, stopStamp } from '../render/fleet.ts';
import { join } from '../render/html.ts';
import type { OrderKind } from './kind.ts';

/** Automatic action goes on after a freeze or a mass failure. */
export const rearm: OrderKind = {
  role: 'operator',
  word: 'tap',
  starts: false,
  async view(_, t, { agent }) {
    const state = await agent.fleet();
    const lines = stopLines(t, state);
    // That our own network is away no word can change.
    if (!isLiftable(state)) {
      return { nothing: { text: lines.length > 0 ? join(lines) : t('fleet.on') } };
    }
    return {
      facts: { stop: stopStamp(state) },
      text: [...lines, t('fleet.rearm_what')],
      yes: t.plain('button.rearm_yes'),
    };
  },
  async act({ askedBy }, t, { agent, users }) {
    const me = `tg:${askedBy}`;
    const state = await agent.rearm(me);
    const by = await createNames(users)(me);
    return { text: join([t('fleet.rearmed', { by }), ...stopLines(t, state)]) };
  },
};
