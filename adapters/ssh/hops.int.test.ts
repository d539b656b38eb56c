import { createServer } from 'node:net';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { createHostKeys } from '#simulators/fleet/host-keys.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { freePort, type SshLab, startSshLab } from '#test/support/ssh-lab.ts';
import { startTcpGate, type TcpGate } from '#test/support/tcp-gate.ts';
import { createClock } from '../clock.ts';
import { createHostProbe } from './pool.ts';

describe('hosts behind a jump host', () => {
  let lab: SshLab;
  let gate: TcpGate;
  let probe: ReturnType<typeof createHostProbe>;
  beforeAll(async () => {
    lab = await startSshLab();
  });
  afterAll(() => lab?.stop());
  beforeEach(async () => {
    gate = await startTcpGate(lab.port);
    const limits = { handshakesPerSecond: 200 };
    probe = createHostProbe({ log: createRecordingLogger(), clock: createClock(), limits });
  });
  afterEach(async () => {
    await probe.close();
    await gate.stop();
  });

  const behind = (n: number, changes: Partial<SshTarget> = {}) =>
    lab.target({
      handle: `vps-${n}`,
      jump: lab.target({ handle: 'jump', port: gate.port }),
      ...changes,
    });
  const check = (target: SshTarget, deadlineMs = 15_000) =>
    probe.check(target, { deadlineMs, signal: new AbortController().signal, fresh: false });

  it('share one connection to it, however many begin at once', async () => {
    const seen = await Promise.all([1, 2, 3, 4, 5].map((n) => check(behind(n))));
    expect(seen.map(({ outcome }) => outcome)).toEqual(Array(5).fill('answered'));
    expect([gate.taken, probe.kept]).toEqual([1, 5]);
  });

  it('are reached again once it is back', async () => {
    await check(behind(1));
    await gate.accept(false);
    gate.cut();
    expect(await check(behind(1))).toMatchObject({ outcome: 'no_path', reading: null });
    await gate.accept(true);
    expect((await check(behind(1))).outcome).toBe('answered');
  });

  it('are not blamed when it goes silent in the middle', async () => {
    await check(behind(1));
    gate.freeze();
    await gate.accept(false);
    const seen = await check(behind(1), 1500);
    expect(seen.outcome).toBe('no_path');
    expect(seen.message).toContain('jump');
    // A host that was never reached before hangs on the dead connection too.
    expect((await check(behind(2), 800)).outcome).toBe('no_path');
    await gate.accept(true);
    expect((await check(behind(1))).outcome).toBe('answered');
  });

  it('are blamed for their own silence, and their own refusals', async () => {
    const port = await freePort();
    expect((await check(behind(1, { port }))).outcome).toBe('refused');
    const silent = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const mute = typeof address === 'object' && address ? address.port : 0;
    expect((await check(behind(2, { port: mute }), 500)).outcome).toBe('timeout');
    silent.close();
  });

  it('cannot be seen where it may not lead on', async () => {
    const { privateKey: hostKey } = createHostKeys(1)(0);
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
      connection.on('error', () => {});
      connection.on('authentication', (context) => context.accept());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const jump: SshTarget = {
      ...lab.target({ handle: 'closed-jump', hostKeys: [] }),
      port: typeof address === 'object' && address ? address.port : 0,
      auth: { kind: 'password', password: new Secret('x') },
    };
    expect((await check(behind(1, { jump }))).outcome).toBe('no_path');
    server.close();
  });
});
