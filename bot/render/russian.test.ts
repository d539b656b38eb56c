import { describe, expect, it } from 'vitest';
import type { Notification } from '#domain/notification.ts';
import { englishIn } from '#test/support/english.ts';
import { CATALOGUES, translator } from '../locales/translate.ts';
import { plainOf } from './html.ts';
import { renderNotification } from './notification.ts';

const ID = '01930000-0000-7000-8000-000000000001';
const failure = {
  ...{ server: 'vps-1', code: 'playbook_failed', step: 'install-software', attempt: 2, max: 3 },
  reason:
    'provision_software on vps-1: base : Install the packages: E: could not get lock /var/lib/dpkg/lock',
  hint: 'Another apt or dpkg runs on the server; try again when it has ended.',
};
const incident = {
  ...{ type: 'server_unreachable', server: 'vps-1', incident: ID, services: 'web, db' },
  reason: 'vps-1 (192.0.2.7, port 22): no answer in 8000 ms',
  ...{ since: '2026-11-21T10:05:00.000Z', mode: 'ask' },
};
const digest = JSON.stringify({
  ...{ since: '2026-11-20T09:00:00.000Z', until: '2026-11-21T09:00:00.000Z' },
  ...{ servers: { ready: 3, error: 1 }, moreIncidents: 2, uptime: 99.95, approvals: 1, inputs: 1 },
  incidents: [{ server: 'vps-1', type: 'disk_full', status: 'failed', seconds: 600 }],
  ...{ operations: { succeeded: 2, failed: 1 }, chain: { seq: '12', hash: 'ab12' } },
});

/** What each kind tells as a rule, in the agent's words. */
const TYPICAL: Readonly<Record<Notification['kind'], Notification['params']>> = {
  server_discovered: { provider: 'time4vps', ip: '192.0.2.7', care: 'none' },
  server_missing: { provider: 'time4vps' },
  provisioning_started: { attempt: 2, max: 3 },
  rebuild_started: { mode: 'reset' },
  server_ready: { ip: '192.0.2.7', seconds: 600 },
  provisioning_failed: failure,
  provisioning_retry: { ...failure, seconds: 300 },
  reboot_started: {},
  server_rebooted: { seconds: 90 },
  reboot_failed: {
    ...{ code: 'unreachable', step: 'reboot' },
    reason: 'vps-1 did not come back within 600 s: vps-1 closed the connection during the check',
    hint: 'Check address, network and firewall.',
  },
  operation_cancelled: failure,
  operation_expired: { reason: 'Nobody worked on it for 61 minutes.' },
  input_needed: {
    ...{ input: 'secret', request: ID },
    question:
      "The provider reset the root password of vps-1 but did not tell it. Look it up in the provider's panel or e-mail and enter it here; it is stored encrypted and used once.",
  },
  incident_opened: incident,
  incident_resolved: {
    ...incident,
    rungs: 'restart (did not help), reboot (helped)',
    seconds: 300,
  },
  incident_failed: {
    ...incident,
    tried: 'restart (failed: Nothing that failed was found to restart.), reboot (did not help)',
    skipped:
      "reset_access: the provider's API does not answer: GET api.example.org/api/server: no answer (ECONNREFUSED).; reinstall: the server was adopted as it is; put it under the policy of its group first",
    reason: 'The ladder is at its end: services fail: web, db',
    hint: 'Every rung that can be taken was taken. Bring it back by hand; the runbook says how.',
    runbook: 'https://zavhoz.example.org/runbooks/server_unreachable',
  },
  incident_escalated: { ...incident, who: '', minutes: 10, to: 'webhook' },
  approval_needed: {
    ...{ approval: ID, round: 2, until: '2026-11-21T11:05:00.000Z', incident: ID },
    effect: 'Reboot at its provider: vps-1 (192.0.2.7, time4vps)',
    why: 'server_unreachable since 2026-11-21T10:05:00.000Z: vps-1 (192.0.2.7, port 22): refused the key of root (offers publickey, password). Tried: restart (no_help). DISAGREEMENT: vps-2 sees its SSH port open; perhaps the way from here is broken, not the server.',
    lost: 'Whatever is only in memory; everything on it stops for some minutes.',
    undo: 'Not needed.',
  },
  daily_digest: { digest },
  mass_failure: { count: 40, total: 50, where: 'region lt-1', examples: 'vps-1, vps-2' },
  blind_interval: { from: '2026-11-21T10:00:00Z', until: '2026-11-21T10:10:00Z', seconds: 600 },
  fleet_frozen: {
    reason:
      'The database was restored: it is of 2026-11-20T10:05:00.000Z, the last one here was of 2026-11-21T10:05:00.000Z. It would have run: provision vps-1, recover vps-2 and 3 more. Approvals voided: 1.',
  },
  fleet_rearmed: { count: 2, open: 'vps-1, vps-2', reason: '' },
  provider_unavailable: {
    ...{ provider: 'time4vps' },
    reason: "Time4VPS does not accept calls from this machine's address.",
  },
  provider_back: { provider: 'time4vps' },
  user_joined: { name: 'Иван', role: 'operator' },
  secret_code: { code: '123456', until: '2026-11-21T10:10:00Z' },
};

const rendered = (kind: Notification['kind'], params: Notification['params']): string =>
  plainOf(
    renderNotification(translator('ru'), {
      ...{ dedupeKey: 'k', severity: 'error', kind, params },
      ...{ serverHandle: 'vps-1', operationId: null },
    }).text.html,
  );

describe('a Russian reader', () => {
  it.each(Object.entries(TYPICAL))('is told of %s without English sentences', (kind, params) => {
    const text = rendered(kind as Notification['kind'], params);
    expect(text).toMatch(/[А-Яа-я]{3}/);
    // What a program on the server printed is nobody's to translate.
    const ours = text.replace(/E: could not get lock \S+/, '');
    expect(englishIn(ours), text).toEqual([]);
  });

  it('is told of every kind, also many at once', () => {
    const kinds = Object.keys(CATALOGUES.ru).filter((key) => key.startsWith('combined.'));
    for (const kind of Object.keys(TYPICAL)) expect(kinds).toContain(`combined.${kind}`);
  });

  it('reads what people wrote as they wrote it', () => {
    const reason = 'It answers again.';
    expect(rendered('fleet_frozen', { reason, by: '@ann' })).toContain('\nIt answers again.\n');
    expect(rendered('fleet_frozen', { reason, by: '' })).toContain('\nСнова отвечает.\n');
    expect(rendered('fleet_frozen', { reason: 'by a word in the chat', by: '@ann' })).toContain(
      'по слову в чате',
    );
  });
});
