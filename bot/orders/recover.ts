import { stopOf } from '#domain/fleet.ts';
import type { Incident } from '#domain/incident.ts';
import { recoverableOf } from '#domain/ladder.ts';
import type { Translate } from '../locales/translate.ts';
import { join } from '../render/html.ts';
import { incidentName } from '../render/incident.ts';
import { renderAccepted } from '../render/operation.ts';
import { reasonOf } from '../render/reason.ts';
import { verbButton } from '../render/verbs.ts';
import { type Nothing, type OrderKind, startedBy } from './kind.ts';
import { nameOf, type ServerView, viewServer, whereLine } from './server-view.ts';

/** A recovery on a human's word: the same ladder under the same policy, from the beginning. */
export const recover: OrderKind = {
  role: 'operator',
  word: 'tap',
  starts: true,
  async view({ target, arguments: { incident: id } }, t, deps) {
    const view = await viewServer(target, deps);
    const { server, mode, highestRung, facts } = view;
    const incident = recoverableOf(view.open).find((one) => one.id === id);
    if (incident === undefined) return nothingOpen(t, view);
    if (mode === 'observe') {
      return { nothing: { text: t('order.recover.observe', { server: nameOf(server) }) } };
    }
    const who = { by: 'tg:0', key: '' };
    const verdict = await deps.agent.foresee({
      ...{ kind: 'recover', incidentId: incident.id, target, ...who },
    });
    if (verdict.verdict === 'join') {
      return { nothing: renderAccepted(t, { operation: verdict.operation, outcome: 'joined' }) };
    }
    const fleet = await deps.agent.fleet();
    const stop = stopOf(fleet);
    return {
      facts,
      text: [
        t('order.recover.title', { server: nameOf(server), what: incidentName(t, incident) }),
        whereLine(t, server),
        mode === 'auto'
          ? t('order.recover.auto', { rung: t(`rung.${highestRung}`) })
          : t('order.recover.ask'),
        t('order.recover.lost'),
        t('order.recover.undo'),
        stop === null
          ? null
          : t('order.recover.stopped', {
              reason: reasonOf(t, stop.reason, (stop.stop === 'frozen' && fleet.frozenBy) || ''),
            }),
      ],
      yes: t.plain('order.recover.yes'),
    };
  },
  async act(order, t, { agent, chatOrders }) {
    const accepted = await agent.submit({
      ...{ kind: 'recover', target: order.target, ...startedBy(order) },
      incidentId: order.arguments.incident ?? '',
    });
    await chatOrders.started(order.id, accepted.operation.id);
    return renderAccepted(t, accepted);
  },
};

/** Nothing that a ladder works on is open; what else there is. */
export function nothingOpen(t: Translate, { server, open }: ServerView): Nothing {
  const others = open.map((incident: Incident) => incidentName(t, incident));
  const buttons = [verbButton(t, 'reboot', server), verbButton(t, 'reset', server)];
  return {
    nothing: {
      text: join([
        t('order.recover.none', { server: nameOf(server) }),
        others.length === 0 ? null : t('order.recover.others', { what: join(others, ', ') }),
        t('order.recover.instead'),
      ]),
      buttons: [buttons],
    },
  };
}
