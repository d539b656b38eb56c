import type { OperationCommand } from '#domain/operation.ts';
import { renderAccepted } from '../render/operation.ts';
import { type OrderDeps, type OrderKind, startedBy, type Wish } from './kind.ts';
import { nameOf, viewServer, whereLine } from './server-view.ts';

/** Seconds in which a human may still stop what loses data. */
export const COUNTDOWN_SECONDS = 30;

type Work = 'reboot' | 'reset' | 'rebuild';
type Who = Pick<OperationCommand, 'by' | 'key'>;

const commandOf = (work: Work, target: string, who: Who): OperationCommand => {
  if (work === 'reboot') return { kind: 'reboot', target, ...who };
  if (work === 'reset') return { kind: 'rebuild', mode: 'reset', target, ...who };
  const delaySeconds = COUNTDOWN_SECONDS;
  return { kind: 'rebuild', mode: 'reinstall', target, delaySeconds, ...who };
};

/** Orders that start one operation on one server. */
const work = (name: Work, { role, word }: Pick<OrderKind, 'role' | 'word'>): OrderKind => ({
  role,
  word,
  starts: true,
  async view({ target }: Wish, t, deps: OrderDeps) {
    const { server, facts } = await viewServer(target, deps);
    const verdict = await deps.agent.foresee(commandOf(name, target, { by: 'tg:0', key: '' }));
    if (verdict.verdict === 'join') {
      return { nothing: renderAccepted(t, { operation: verdict.operation, outcome: 'joined' }) };
    }
    const replaced =
      verdict.supersede && renderAccepted(t, { operation: verdict.supersede, outcome: 'joined' });
    return {
      facts,
      text: [
        t(`order.${name}.title`, { server: nameOf(server) }),
        whereLine(t, server),
        t(`order.${name}.what`, { seconds: COUNTDOWN_SECONDS }),
        t(`order.${name}.lost`),
        t(`order.${name}.undo`),
        // Backups of services are not kept by this version: saying anything else would be a lie.
        name === 'rebuild' ? t('order.no_backup') : null,
        replaced === null ? null : t('order.replaces', { what: replaced.text }),
      ],
      yes: t.plain(`order.${name}.yes`),
    };
  },
  async act(order, t, { agent, chatOrders, clock }) {
    const accepted = await agent.submit(commandOf(name, order.target, startedBy(order)));
    await chatOrders.started(order.id, accepted.operation.id);
    return renderAccepted(t, accepted, clock.now());
  },
});

export const reboot = work('reboot', { role: 'operator', word: 'tap' });
export const reset = work('reset', { role: 'operator', word: 'tap' });
export const rebuild = work('rebuild', { role: 'owner', word: 'name' });
