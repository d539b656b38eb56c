import { serverFacts } from '#domain/chat-order.ts';
import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { RecoveryMode, Rung } from '#domain/recovery.ts';
import { addressOf, type Server } from '#domain/server.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, type Html, shown } from '../render/html.ts';
import type { OrderDeps } from './kind.ts';

export interface ServerView {
  readonly server: Server;
  readonly mode: RecoveryMode;
  readonly highestRung: Rung;
  readonly open: readonly Incident[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A server as a question shows it, read afresh. Throws `not_found`. */
export async function viewServer(
  handle: string,
  { servers, groups, incidents }: Pick<OrderDeps, 'servers' | 'groups' | 'incidents'>,
): Promise<ServerView> {
  const server = await servers.require(handle);
  const [{ policy }, { items }] = await Promise.all([
    groups.require(server.group),
    incidents.list(
      { serverHandle: handle, status: OPEN_INCIDENT_STATUSES },
      { offset: 0, limit: 100 },
    ),
  ]);
  return {
    server,
    mode: server.mode ?? policy.mode,
    highestRung: policy.highest_rung,
    open: items,
    facts: serverFacts(server, policy.mode, items),
  };
}

export const nameOf = ({ handle }: Pick<Server, 'handle'>): Html => bold(shown(handle));

/** Which machine is meant: address, provider and its id there, status. */
export const whereLine = (t: Translate, server: Server): Html =>
  t('order.where', {
    address: addressOf(server.connection) ?? '–',
    provider: `${server.provider} ${server.providerRef}`,
    status: t(`server_status.${server.status}`),
  });
