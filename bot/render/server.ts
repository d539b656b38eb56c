import { addressOf, type Server, type ServerStatus } from '#domain/server.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, code, type Html, html, shown } from './html.ts';

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

export const statusText = (t: Translate, status: ServerStatus): Html =>
  html(`${SIGNS[status]} ${t(`server_status.${status}`).html}`);

/** One line of a list: sign, name, status, address, system. */
export function serverLine(t: Translate, server: Server): Html {
  const address = addressOf(server.connection);
  const facts = [
    t(`server_status.${server.status}`).html,
    address ? code(address).html : '',
    server.hostname && server.hostname !== server.handle ? shown(server.hostname, 60).html : '',
    server.os ? shown(server.os, 60).html : '',
  ].filter((fact) => fact !== '');
  return html(`${SIGNS[server.status]} ${bold(shown(server.handle)).html} · ${facts.join(' · ')}`);
}
