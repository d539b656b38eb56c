import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { freePort, PASSWORDS, type SshLab, startSshLab } from '#test/support/ssh-lab.ts';
import { createSsh } from './index.ts';

const password = (text: string) => ({ kind: 'password', password: new Secret(text) }) as const;
const log = createRecordingLogger();
const ssh = createSsh({ log });
const options = (timeoutMs = 20_000) => ({ timeoutMs, signal: new AbortController().signal });

describe('ssh to a real sshd', () => {
  let lab: SshLab;
  let interactive: SshLab;
  let keysOnly: SshLab;
  beforeAll(async () => {
    lab = await startSshLab();
    interactive = await startSshLab({ passwords: false, interactive: true });
    keysOnly = await startSshLab({ passwords: false });
  });
  afterAll(() => Promise.all([lab, interactive, keysOnly].map((one) => one?.stop())));

  it('logs in by password with every odd character', async () => {
    const answer = await ssh.run(
      lab.target({ auth: password(PASSWORDS.root) }),
      ['id', '-u'],
      options(),
    );
    expect(answer).toEqual({ code: 0, stdout: '0\n', stderr: '' });
  });

  it('logs in by keyboard-interactive where password is not offered', async () => {
    const target = interactive.target({ user: 'deploy', auth: password(PASSWORDS.deploy) });
    expect((await ssh.run(target, ['id', '-un'], options())).stdout).toBe('deploy\n');
    const probe = await ssh.probe(target, options());
    expect(probe.methods).toContain('keyboard-interactive');
    expect(probe.methods).not.toContain('password');
  });

  it('says that the host takes no passwords at all', async () => {
    const probe = await ssh.probe(keysOnly.target({ auth: password(PASSWORDS.root) }), options());
    expect(probe).toMatchObject({ outcome: 'login_refused', methods: ['publickey'] });
    expect(probe.message).toContain('takes no passwords');
  });

  it('gets root by sudo without and with a password, and keeps stdin apart from it', async () => {
    const easy = lab.target({ user: 'easy', become: 'sudo' });
    expect((await ssh.run(easy, ['id', '-u'], options())).stdout).toBe('0\n');
    const deploy = lab.target({
      user: 'deploy',
      become: 'sudo_password',
      becomePassword: new Secret(PASSWORDS.deploy),
    });
    const answer = await ssh.run(deploy, ['sh', '-c', 'id -u; cat; echo oops >&2; exit 7'], {
      ...options(),
      stdin: 'the input',
    });
    expect(answer).toEqual({ code: 7, stdout: '0\nthe input', stderr: 'oops\n' });
    // Where sudo does not ask, the password must not become the program's input.
    const unasked = {
      ...easy,
      become: 'sudo_password',
      becomePassword: new Secret('secret'),
    } as const;
    const cat = await ssh.run(unasked, ['cat'], { ...options(), stdin: 'mine' });
    expect(cat).toEqual({ code: 0, stdout: 'mine', stderr: '' });
  });

  it('says when sudo refuses', async () => {
    const asks = lab.target({ user: 'deploy', become: 'sudo' });
    await expect(ssh.run(asks, ['id'], options())).rejects.toMatchObject({ code: 'login_refused' });
    const wrong = {
      ...asks,
      become: 'sudo_password',
      becomePassword: new Secret('wrong'),
    } as const;
    const refused = ssh.run(wrong, ['id'], options());
    await expect(refused).rejects.toMatchObject({ code: 'login_refused' });
    await expect(refused).rejects.toThrow(/sudo refused the password of deploy/);
  });

  it('goes over two hops, checking the key of each', async () => {
    const first = lab.target({ handle: 'jump-1', auth: password(PASSWORDS.root) });
    const second = keysOnly.target({ handle: 'jump-2', jump: first });
    const answer = await ssh.run(
      interactive.target({ jump: second }),
      ['echo', 'there'],
      options(),
    );
    expect(answer.stdout).toBe('there\n');
    const strange = { ...first, hostKeys: [keysOnly.hostKey] };
    const probe = await ssh.probe(interactive.target({ jump: strange }), options());
    expect(probe).toMatchObject({ outcome: 'unreachable', hostKey: null });
    expect(probe.message).toMatch(/Jump host jump-1: .*another host key/);
  });

  it('hears the exit code of programs that end at once, every time', async () => {
    const target = interactive.target({ jump: lab.target({ handle: 'jump-1' }) });
    for (let n = 0; n < 25; n++) {
      const answer = await ssh.run(target, ['sh', '-c', `echo ${n}; exit 5`], options());
      expect(answer).toEqual({ code: 5, stdout: `${n}\n`, stderr: '' });
    }
  });

  it('tells a closed port behind a hop from an unreachable hop', async () => {
    const closed = await freePort();
    const behind = await ssh.probe(
      lab.target({ port: closed, jump: keysOnly.target() }),
      options(),
    );
    expect(behind.outcome).toBe('refused');
    const hop = keysOnly.target({ port: closed });
    const noHop = await ssh.probe(lab.target({ jump: hop }), options());
    expect(noHop.outcome).toBe('unreachable');
  });

  it('cuts endless output instead of holding it', async () => {
    const argv = ['sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" x; echo done >&2'];
    const answer = await ssh.run(lab.target(), argv, options());
    expect(answer.stdout.length).toBeLessThan(1_100_000);
    expect(answer.stdout.endsWith('[cut]')).toBe(true);
    expect(answer.stderr).toBe('done\n');
  });

  it('does not know the outcome when the connection ends under a program', async () => {
    const run = ssh.run(lab.target(), ['sh', '-c', 'kill -9 $PPID'], options());
    await expect(run).rejects.toMatchObject({ code: 'unknown_outcome', retry: 'look' });
  });

  it('shows no secret in errors or logs', async () => {
    const target = lab.target({ auth: password('wrong-and-secret') });
    const error = await ssh.run(target, ['id'], options()).catch((reason: unknown) => reason);
    expect(JSON.stringify([error, String(error), log.lines])).not.toContain('wrong-and-secret');
  });
});
