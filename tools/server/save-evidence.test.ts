import { describe, expect, it } from 'vitest';
import type { SshProbe } from '#domain/remote.ts';
import type { ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { serverEntity } from '#test/builders/server-entity.ts';
import { serverSaveEvidence } from './save-evidence.ts';

const scope = {
  server: serverEntity('vps-1001', {}),
  signal: new AbortController().signal,
} as unknown as ToolScope;

/** How a login ends, and what was done after it. */
function stage(outcome: SshProbe['outcome'], stdout = '') {
  const waits: number[] = [];
  const events: unknown[] = [];
  let scripts = 0;
  const deps = {
    credentials: { current: async () => null },
    hostKeys: { list: async () => [] },
    keys: {},
    incidents: { addEvent: async (_: string, event: unknown) => void events.push(event) },
    ssh: {
      async probe(_: unknown, { timeoutMs }: { timeoutMs: number }) {
        waits.push(timeoutMs);
        return { outcome, hostKey: null, methods: [], message: '' };
      },
      async run(_: unknown, __: unknown, { timeoutMs }: { timeoutMs: number }) {
        scripts++;
        waits.push(timeoutMs);
        return { code: 0, stdout, stderr: '' };
      },
    },
  } as unknown as ToolDeps;
  const run = () => serverSaveEvidence.run({ incident_id: 'i-1', before: 'reboot' }, scope, deps);
  return { run, waits, events, scripts: () => scripts };
}

describe('evidence before a rung', () => {
  it('goes on the timeline of the incident, within half a minute in all', async () => {
    const { run, waits, events } = stage('ok', '@@zavhoz:uptime\nup 3 days\n');
    expect(await run()).toEqual({ sections: ['uptime'], evidence: { uptime: 'up 3 days' } });
    expect(events).toMatchObject([{ data: { evidence: { uptime: 'up 3 days' } } }]);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(30_000);
  });

  it.each(['timeout', 'login_refused', 'refused'] as const)(
    'a host whose login ends with %s is not waited for',
    async (outcome) => {
      const { run, waits, scripts } = stage(outcome);
      await expect(run()).rejects.toMatchObject({ code: 'unreachable' });
      expect(scripts()).toBe(0);
      expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    },
  );
});
