import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tools } from './index.ts';

const isTool = (value: unknown): value is { name: string; effect: string } =>
  typeof value === 'object' && value !== null && 'preview' in value && 'effect' in value;

describe('the list of tools', () => {
  it('names every tool that the folders define, once', async () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts',
    );
    const defined = (
      await Promise.all(files.map((file) => import(join(import.meta.dirname, file))))
    ).flatMap((module: object) => Object.values(module).filter(isTool));
    expect(defined.length).toBeGreaterThan(0);
    expect(tools.map(({ name }) => name).sort()).toEqual(defined.map(({ name }) => name).sort());
  });

  it('fixes what each may do', () => {
    expect(
      Object.fromEntries(tools.map(({ name, effect }) => [name, effect])),
    ).toMatchInlineSnapshot(`
      {
        "ansible_access": "change",
        "ansible_software": "change",
        "server_accept_host_key": "change",
        "server_await_task": "change",
        "server_facts": "read",
        "server_health_look": "read",
        "server_latest_task": "read",
        "server_peer_probe": "read",
        "server_persist_key": "change",
        "server_probe_login": "read",
        "server_reboot": "disrupt",
        "server_reinstall": "destroy",
        "server_reset_password": "disrupt",
        "server_restart_services": "disrupt",
        "server_save_evidence": "read",
        "server_verify_outside": "change",
      }
    `);
  });
});
