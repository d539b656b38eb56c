import { serviceState } from '#domain/health/service-state.ts';
import type { PlacedService, ServiceCheck } from '#domain/health/target.ts';
import type { Translate } from '../locales/translate.ts';
import { shortId } from '../short-id.ts';
import { HEALTH_SIGNS } from './health-part.ts';
import { bold, type Html, html, join, sections, shown } from './html.ts';
import type { Button, Rendered } from './message.ts';
import { inRows, type Pages, pageLine, turnButtons } from './pages.ts';

const SHOWN_CHECKS = 4;

export const serviceListData = (page: number, server: string): string =>
  `sc.p.${page}${server === '' ? '' : `.${shortId(server)}`}`;

function checkText(t: Translate, check: ServiceCheck): Html {
  if (check.kind === 'http') return shown(check.url, 100);
  if (check.kind === 'tcp') return t('service.tcp', { port: check.port });
  return check.servername
    ? t('service.tls_of', { port: check.port, name: shown(check.servername, 80) })
    : t('service.tls', { port: check.port });
}

function lines(t: Translate, placed: PlacedService): readonly (Html | null)[] {
  const { service, incidents } = placed;
  const state = serviceState(placed);
  const why = incidents.find(({ affectedServices }) => affectedServices.includes(service.name));
  const rest = service.checks.length - SHOWN_CHECKS;
  return [
    html(`${HEALTH_SIGNS[state]} ${shown(service.name, 64).html} · ${t(`service.${state}`).html}`),
    ...(service.checks.length === 0 ? [html(`      ${t('service.unchecked').html}`)] : []),
    ...service.checks
      .slice(0, SHOWN_CHECKS)
      .map((check) => html(`      ${checkText(t, check).html}`)),
    rest > 0 ? html(`      ${t('card.more', { count: rest }).html}`) : null,
    why && state !== 'ok' ? html(`      ${shown(t.detail(why.details), 160).html}`) : null,
  ];
}

/** What is checked from outside, server by server, and whether it is well. */
export function renderServices(
  t: Translate,
  items: readonly PlacedService[],
  pages: Pages,
  { server, now }: { readonly server: string; readonly now: Date },
): Rendered {
  const byServer = new Map<string, readonly PlacedService[]>();
  for (const one of items) {
    byServer.set(one.serverId, [...(byServer.get(one.serverId) ?? []), one]);
  }
  const group = (list: readonly PlacedService[]) => {
    const [first] = list;
    const at = first?.health?.lastCheckAt;
    const age = at && t.duration((now.getTime() - at.getTime()) / 1000);
    return [
      join(
        [
          bold(shown(first?.serverHandle ?? '', 64)),
          age ? t('service.looked', { age }) : t('service.not_looked'),
        ],
        ' · ',
      ),
      ...list.flatMap((one) => lines(t, one)),
    ];
  };
  const servers = [...byServer.values()].flatMap(([first]): Button[] =>
    first ? [{ text: first.serverHandle, data: `sv.${first.serverId}` }] : [],
  );
  return {
    text: sections([
      [items.length === 0 ? t('services.none') : bold(t('services.title', { count: pages.total }))],
      ...[...byServer.values()].map(group),
      [pageLine(t, pages)],
    ]),
    buttons: [
      ...inRows(servers),
      ...turnButtons(t, pages, (page) => serviceListData(page, server)),
      [{ text: t.plain('button.refresh'), data: serviceListData(pages.page, server) }],
    ],
  };
}
