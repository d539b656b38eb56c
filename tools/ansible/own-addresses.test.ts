import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { SshTarget } from '#domain/remote.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { ownAddresses } from './own-addresses.ts';

/** What the host says, one answer for each login; null is a login that fails. */
function ask(...answers: (string | null)[]) {
  const warned: string[] = [];
  const deps = {
    hostSettings: { agentAddresses: [] },
    clock: { sleep: async () => {} },
    log: { warn: (_: object, text: string) => void warned.push(text) },
    ssh: {
      run: async () => {
        const stdout = answers.shift() ?? null;
        if (stdout === null) throw new OpsError('unreachable', 'connection refused');
        return { code: 0, stdout, stderr: '' };
      },
    },
  } as unknown as ToolDeps;
  const target = { handle: 'vps-1' } as SshTarget;
  return ownAddresses(target, new AbortController().signal, deps).then((found) => ({
    found,
    warned,
  }));
}

describe("the agent's own addresses", () => {
  it('are what the host sees', async () => {
    expect((await ask('192.0.2.1 40000 192.0.2.7 22\n')).found).toEqual(['192.0.2.1']);
  });

  it('are found though sshd was being started anew', async () => {
    const { found, warned } = await ask(null, null, '192.0.2.1 40000 192.0.2.7 22');
    expect(found).toEqual(['192.0.2.1']);
    expect(warned).toEqual([]);
  });

  it('stay unknown, and that is said, where no login works', async () => {
    const { found, warned } = await ask(null, null, null);
    expect(found).toEqual([]);
    expect(warned).toEqual(['own address not found']);
  });
});
