import type { OrderKind } from './kind.ts';
import { nameOf, viewServer, whereLine } from './server-view.ts';

/** Marks a server hands off: every change is refused from then on, and no chat lifts it. */
export const hands: OrderKind = {
  role: 'operator',
  word: 'tap',
  starts: false,
  async view({ target }, t, deps) {
    const { server, facts } = await viewServer(target, deps);
    if (server.handsOff) {
      return { nothing: { text: t('order.hands.already', { server: nameOf(server) }) } };
    }
    return {
      facts,
      text: [
        t('order.hands.title', { server: nameOf(server) }),
        whereLine(t, server),
        t('order.hands.what'),
        t('order.hands.lost'),
        t('order.hands.undo', { server: server.handle }),
      ],
      yes: t.plain('order.hands.yes'),
    };
  },
  async act({ target, askedBy }, t, { servers }) {
    const server = await servers.update(target, { handsOff: true }, `tg:${askedBy}`);
    return { text: t('order.hands.done', { server: nameOf(server) }) };
  },
};
