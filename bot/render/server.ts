import type { ServerStatus } from '#domain/server.ts';
import { addressOf, SERVER_STATUSES, type Server } from '#domain/server.ts';
import { QUICK, type Quick, spelledOut } from '../filters/server-query.ts';
import type { Translate } from '../locales/translate.ts';
import { shortId } from '../short-id.ts';
import { bold, code, type Html, html, join, shown } from './html.ts';
import type { Button, Rendered } from './message.ts';
import { inRows, type Pages, pageLine, turnButtons } from './pages.ts';

const SIGNS: Readonly<Record<ServerStatus, string>> = {
  discovered: 'ℹ️',
  pending_setup: '🕓',
  provisioning: '⏳',
  force_rebuild: '⏳',
  ready: '✅',
  in_use: '✅',
  error: '❌',
  maintenance: '🔧',
  reserved: '🔒',
  decommissioned: '⏹',
  unreachable: '⚠️',
};

export const serverSign = (status: ServerStatus): string => SIGNS[status];

export const statusText = (t: Translate, status: ServerStatus): Html =>
  html(`${SIGNS[status]} ${t(`server_status.${status}`).html}`);

export const statusCounts = (
  t: Translate,
  counts: Readonly<Partial<Record<ServerStatus, number>>>,
): readonly Html[] =>
  SERVER_STATUSES.filter((status) => counts[status]).map((status) =>
    html(`  ${statusText(t, status).html}: ${counts[status]}`),
  );

/** One line of a list, short enough for a phone: sign, name, status, and what people know it by. */
export function serverLine(t: Translate, server: Server): Html {
  const { handle, hostname, status, connection } = server;
  const address = addressOf(connection);
  const known =
    hostname && hostname !== handle ? shown(hostname, 40) : address ? code(address) : null;
  const facts = [bold(shown(handle)), t(`server_status.${status}`), known];
  return html(`${SIGNS[status]} ${join(facts, ' · ').html}`);
}

/** Where a card was opened from: the page of a list, and its filter as it travels in buttons. */
export interface ListPlace {
  readonly page: number;
  readonly query: string;
}

export const listData = ({ page, query }: ListPlace): string => `sv.p.${page}.${query}`;
export const cardData = (id: string, place: ListPlace | null): string =>
  place ? `sv.${shortId(id)}.${place.page}.${place.query}` : `sv.${id}`;

/** Bytes of a filter that fit a button beside an id and a page. */
export const QUERY_BYTES =
  64 - Buffer.byteLength(cardData('x'.repeat(22), { page: 9999, query: '' }));

const QUICK_ORDER = Object.keys(QUICK) as Quick[];

function quickButtons(t: Translate, query: string): readonly (readonly Button[])[] {
  const all: Button[] = ['', ...QUICK_ORDER].map((name) => ({
    text: `${name === query ? '• ' : ''}${t.plain(name === '' ? 'button.all' : `button.${name as Quick}`)}`,
    data: listData({ page: 0, query: name }),
  }));
  return [all.slice(0, 2), all.slice(2)];
}

/** A filter as people read it: those with buttons by the buttons' words. */
const inWords = (t: Translate, query: string): string =>
  query
    .split(' ')
    .map((word) => (word in QUICK ? t.plain(`button.${word as Quick}`) : spelledOut(word)))
    .join(' ');

/** A page of servers: a line and a button each. */
export function renderServers(
  t: Translate,
  items: readonly Server[],
  pages: Pages,
  query: string,
): Rendered {
  // A filter that fits no button is not carried on: its first page is all of it that is shown.
  const carried = Buffer.byteLength(query) <= QUERY_BYTES;
  const place = carried ? { page: pages.page, query } : null;
  const buttons = items.map(({ id, handle, status }) => ({
    text: status === 'ready' || status === 'in_use' ? handle : `${SIGNS[status]} ${handle}`,
    data: cardData(id, place),
  }));
  return {
    text: join([
      items.length === 0 ? null : bold(t('servers.title', { count: pages.total })),
      query === '' ? null : t('servers.filter', { filter: bold(shown(inWords(t, query))) }),
      ...(items.length === 0 ? [t('servers.none')] : items.map((server) => serverLine(t, server))),
      pageLine(t, pages),
      carried || pages.total <= pages.size ? null : t('servers.long_filter'),
    ]),
    buttons: [
      ...inRows(buttons),
      ...(carried ? turnButtons(t, pages, (page) => listData({ page, query })) : []),
      ...quickButtons(t, query),
    ],
  };
}
