import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { HostProbe } from '#domain/health/probes.ts';
import type { HostKey, SshTarget } from '#domain/remote.ts';
import type { Secret } from '#domain/secret.ts';
import type { TcpGate } from '#test/support/tcp-gate.ts';

export interface HostProbeStage {
  readonly probe: HostProbe;
  /** A login that the host takes, through the gate. */
  target(changes?: Partial<SshTarget>): SshTarget;
  /** The network before the host. */
  readonly gate: Pick<TcpGate, 'taken' | 'open' | 'accept' | 'freeze' | 'cut' | 'port'>;
  /** A key that is not the host's, and a private key that opens nothing. */
  readonly otherHostKey: HostKey;
  readonly otherPrivateKey: Secret;
  /** Where nothing listens, where nobody answers, and where connections are closed at once. */
  readonly closed: SshTarget;
  readonly silent: SshTarget;
  readonly gone: SshTarget;
  stop(): Promise<void>;
}

/** What everybody who implements the HostProbe port keeps to. */
export function hostProbeContract(name: string, start: () => Promise<HostProbeStage>): void {
  describe(`the HostProbe port: ${name}`, () => {
    let stage: HostProbeStage;
    beforeAll(async () => {
      stage = await start();
    });
    afterAll(() => stage?.stop());
    beforeEach(async () => {
      await stage.gate.accept(true);
      for (const { handle } of [stage.target(), stage.target({ handle: 'vps-2' })]) {
        stage.probe.drop(handle);
      }
    });
    const check = (target = stage.target(), options: { fresh?: boolean; ms?: number } = {}) =>
      stage.probe.check(target, {
        deadlineMs: options.ms ?? 15_000,
        signal: new AbortController().signal,
        fresh: options.fresh ?? false,
      });

    it('reads the host, first over a login, then over the connection it keeps', async () => {
      const taken = stage.gate.taken;
      const first = await check();
      expect(first).toMatchObject({ outcome: 'answered', fresh: true });
      expect(first.reading?.memory?.usedPercent).toBeGreaterThanOrEqual(0);
      expect(first.reading?.disks.map(({ path }) => path)).toContain('/');
      expect(first.reading?.bootId).toEqual(expect.any(String));
      expect(Math.abs(first.reading?.clock.offsetMs ?? Number.NaN)).toBeLessThan(4000);
      for (let n = 0; n < 3; n++) {
        expect(await check()).toMatchObject({ outcome: 'answered', fresh: false });
      }
      expect(stage.gate.taken - taken).toBe(1);
      expect((await check()).reading?.bootId).toBe(first.reading?.bootId);
    });

    it('keeps one connection per host', async () => {
      const before = stage.probe.kept;
      await Promise.all([check(), check(), check(stage.target({ handle: 'vps-2' }))]);
      await check();
      expect(stage.probe.kept - before).toBe(2);
    });

    it('a fresh check logs in anew, closes that login, and leaves the kept one', async () => {
      await check();
      const { taken } = stage.gate;
      expect(await check(undefined, { fresh: true })).toMatchObject({
        outcome: 'answered',
        fresh: true,
      });
      expect(stage.gate.taken).toBe(taken + 1);
      await expect.poll(() => stage.gate.open).toBe(1);
      expect(await check()).toMatchObject({ outcome: 'answered', fresh: false });
    });

    it('forgets a connection when told so', async () => {
      await check();
      stage.probe.drop('vps-1');
      expect(await check()).toMatchObject({ outcome: 'answered', fresh: true });
    });

    it('logs in anew when the kept connection was cut', async () => {
      await check();
      stage.gate.cut();
      expect(await check()).toMatchObject({ outcome: 'answered', fresh: true });
    });

    it('does not take a half-open connection for a dead host', async () => {
      await check();
      stage.gate.freeze();
      expect(await check(undefined, { ms: 3000 })).toMatchObject({
        outcome: 'answered',
        fresh: true,
      });
    });

    it('finds a dead sshd under a living connection by a fresh login, then by every check', async () => {
      await check();
      await stage.gate.accept(false);
      expect(await check()).toMatchObject({ outcome: 'answered', fresh: false });
      expect((await check(undefined, { fresh: true })).outcome).toBe('refused');
      expect((await check()).outcome).toBe('refused');
      await stage.gate.accept(true);
      expect((await check()).outcome).toBe('answered');
    });

    it('tells what is wrong with a host', async () => {
      const auth = { kind: 'key', privateKey: stage.otherPrivateKey } as const;
      const wrong = {
        login_refused: stage.target({ auth }),
        host_key_changed: stage.target({ hostKeys: [stage.otherHostKey] }),
        refused: stage.closed,
        unreachable: stage.gone,
      };
      for (const [outcome, target] of Object.entries(wrong)) {
        for (const fresh of [true, false]) {
          const seen = await check(target, { fresh });
          expect(seen).toMatchObject({ outcome, reading: null });
          expect(seen.message).not.toBe('');
        }
      }
      expect((await check(stage.silent, { ms: 400 })).outcome).toBe('timeout');
    });

    it('does not go on over a connection whose host key is no longer accepted', async () => {
      await check();
      const target = stage.target({ hostKeys: [stage.otherHostKey] });
      expect((await check(target)).outcome).toBe('host_key_changed');
    });

    it('goes over a jump host, and says nothing about hosts behind a dead one', async () => {
      const jump = stage.target({ handle: 'jump-1' });
      const behind = (changes: Partial<SshTarget>) =>
        stage.target({ handle: 'vps-2', jump, ...changes });
      expect(await check(behind({}))).toMatchObject({ outcome: 'answered', fresh: true });
      expect(await check(behind({}))).toMatchObject({ outcome: 'answered', fresh: false });
      const { host, port } = stage.closed;
      expect((await check(behind({ host, port }))).outcome).toBe('refused');
      const dead = [stage.closed, stage.gone];
      for (const one of dead) {
        expect((await check(behind({ jump: { ...one, handle: 'jump-2' } }))).outcome).toBe(
          'no_path',
        );
      }
      const silent = { ...stage.silent, handle: 'jump-3' };
      expect((await check(behind({ jump: silent }), { ms: 400 })).outcome).toBe('no_path');
    });

    it('ends at an abort, with the reason of the signal', async () => {
      const controller = new AbortController();
      const options = { deadlineMs: 60_000, signal: controller.signal, fresh: false };
      const waiting = stage.probe.check(stage.silent, options);
      setTimeout(() => controller.abort(new OpsError('superseded', 'a newer one')), 100);
      await expect(waiting).rejects.toMatchObject({ code: 'superseded' });
      const late = stage.probe.check(stage.target(), options);
      await expect(late).rejects.toMatchObject({ code: 'superseded' });
    });

    it('looks at many at once', async () => {
      const checks = Array.from({ length: 30 }, () => check());
      const seen = await Promise.all(checks);
      expect(new Set(seen.map(({ outcome }) => outcome))).toEqual(new Set(['answered']));
    });
  });
}
