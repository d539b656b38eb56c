import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { HostKey, Ssh, SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';

export interface SshStage {
  readonly ssh: Ssh;
  /** Logs in as root by key; the host key is recorded. */
  target(changes?: Partial<SshTarget>): SshTarget;
  readonly rootPassword: string;
  readonly hostKey: HostKey;
  /** A key that is not the host's. */
  readonly otherHostKey: HostKey;
  /** A private key that opens nothing. */
  readonly otherPrivateKey: Secret;
  /** Where nothing listens, where nobody answers, and where there is no host. */
  readonly closed: SshTarget;
  readonly silent: SshTarget;
  readonly gone: SshTarget;
  stop(): Promise<void>;
}

/** What everybody who implements the Ssh port keeps to. */
export function sshContract(name: string, start: () => Promise<SshStage>): void {
  describe(`the Ssh port: ${name}`, () => {
    let stage: SshStage;
    beforeAll(async () => {
      stage = await start();
    });
    afterAll(() => stage?.stop());
    const options = (timeoutMs = 15_000) => ({ timeoutMs, signal: new AbortController().signal });

    it('passes arguments through untouched, whatever is in them', async () => {
      const odd = ['a b', "it's", '$HOME `id` $(id)', '"', '*', '\\', '-n', '', 'ü; rm -rf x'];
      const answer = await stage.ssh.run(stage.target(), ['echo', 'x', ...odd], options());
      expect(answer).toEqual({ code: 0, stdout: `${['x', ...odd].join(' ')}\n`, stderr: '' });
    });

    it('hands over the input and takes an exit code for an answer', async () => {
      const run = { ...options(), stdin: 'line 1\nline 2' };
      expect((await stage.ssh.run(stage.target(), ['cat'], run)).stdout).toBe('line 1\nline 2');
      expect((await stage.ssh.run(stage.target(), ['false'], options())).code).toBe(1);
    });

    it('refuses to run nothing', async () => {
      const run = stage.ssh.run(stage.target(), [], options());
      await expect(run).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('logs in by key and by password, and shows host key and methods', async () => {
      const password = new Secret(stage.rootPassword);
      for (const target of [
        stage.target(),
        stage.target({ auth: { kind: 'password', password } }),
      ]) {
        const probe = await stage.ssh.probe(target, options());
        expect(probe).toMatchObject({ outcome: 'ok', hostKey: stage.hostKey });
        expect(probe.methods).toEqual(expect.arrayContaining(['publickey', 'password']));
      }
    });

    it('accepts and reports any host key while none is recorded', async () => {
      const probe = await stage.ssh.probe(stage.target({ hostKeys: [] }), options());
      expect(probe).toMatchObject({ outcome: 'ok', hostKey: stage.hostKey });
    });

    it('refuses another host key before any credential is sent', async () => {
      const target = stage.target({ hostKeys: [stage.otherHostKey] });
      const probe = await stage.ssh.probe(target, options());
      expect(probe).toMatchObject({
        outcome: 'host_key_changed',
        hostKey: stage.hostKey,
        methods: [],
      });
      const run = stage.ssh.run(target, ['id'], options());
      await expect(run).rejects.toMatchObject({ code: 'host_key_changed', retry: 'no' });
    });

    it('is content with one fitting key among several', async () => {
      const hostKeys = [stage.otherHostKey, stage.hostKey];
      expect((await stage.ssh.probe(stage.target({ hostKeys }), options())).outcome).toBe('ok');
    });

    it('tells a refused login, for keys and passwords', async () => {
      const wrong = [
        { kind: 'password', password: new Secret('not the password') },
        { kind: 'key', privateKey: stage.otherPrivateKey },
      ] as const;
      for (const auth of wrong) {
        const target = stage.target({ auth });
        const probe = await stage.ssh.probe(target, options());
        expect(probe).toMatchObject({ outcome: 'login_refused', hostKey: stage.hostKey });
        expect(probe.methods).toContain('publickey');
        const run = stage.ssh.run(target, ['id'], options());
        await expect(run).rejects.toMatchObject({ code: 'login_refused' });
      }
    });

    it('tells refused, silent and missing hosts apart', async () => {
      expect((await stage.ssh.probe(stage.closed, options())).outcome).toBe('refused');
      expect((await stage.ssh.probe(stage.silent, options(300))).outcome).toBe('timeout');
      expect((await stage.ssh.probe(stage.gone, options())).outcome).toBe('unreachable');
      const run = (target: SshTarget) => stage.ssh.run(target, ['id'], options(300));
      await expect(run(stage.closed)).rejects.toMatchObject({ code: 'unreachable' });
      await expect(run(stage.silent)).rejects.toMatchObject({ code: 'timeout' });
      await expect(run(stage.gone)).rejects.toMatchObject({ code: 'unreachable' });
    });

    it('ends at the deadline, with timeout', async () => {
      const run = stage.ssh.run(stage.target(), ['sleep', '60'], options(1500));
      await expect(run).rejects.toMatchObject({ code: 'timeout' });
    });

    it('ends at an abort, with the reason of the signal', async () => {
      const controller = new AbortController();
      const options = { timeoutMs: 60_000, signal: controller.signal };
      const run = stage.ssh.run(stage.target(), ['sleep', '60'], options);
      const probe = stage.ssh.probe(stage.silent, options);
      setTimeout(() => controller.abort(new OpsError('superseded', 'a newer one')), 200);
      await expect(run).rejects.toMatchObject({ code: 'superseded' });
      await expect(probe).rejects.toMatchObject({ code: 'superseded' });
      const late = stage.ssh.run(stage.target(), ['id'], options);
      await expect(late).rejects.toMatchObject({ code: 'superseded' });
    });

    it('goes over a jump host', async () => {
      const jump = stage.target({ handle: 'jump-1' });
      const answer = await stage.ssh.run(stage.target({ jump }), ['echo', 'there'], options());
      expect(answer.stdout).toBe('there\n');
      const probe = await stage.ssh.probe(stage.target({ jump: stage.closed }), options());
      expect(probe.outcome).toBe('unreachable');
    });
  });
}
