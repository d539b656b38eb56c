import type { RebuildMode } from '#domain/operation.ts';
import { addressOf, type Server } from '#domain/server.ts';

/** What a rebuild does, what is lost and how it can be undone, for a person to read before a yes. */
export function previewRebuild(server: Server, mode: RebuildMode): readonly string[] {
  const where = `${server.handle} (${addressOf(server.connection) ?? 'no address'}, ${server.provider}, now ${server.status})`;
  const prepare = [
    'Then: install the keys, switch password logins off, packages, Docker, firewall, fail2ban, verify from outside.',
  ];
  return mode === 'reinstall'
    ? [
        `Rebuild ${where}: the provider reinstalls the operating system.`,
        ...prepare,
        "Lost: EVERYTHING on its disk, and the provider's own backups of it.",
        'Undo: impossible once the provider has begun.',
      ]
    : [
        `Rebuild ${where} and keep its disk: the provider sets a new root password.`,
        'The SSH host key it shows next is accepted as new.',
        ...prepare,
        'Lost: the present root password. Files and services stay; services may restart.',
        'Undo: README.md, section "What Zavhoz changes on a server".',
      ];
}
