import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Programs } from '#domain/ports.ts';
import type { PlaybookRun, SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { watch } from '#test/contracts/playbooks-contract.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { type PlaybookLab, startPlaybookLab } from '#test/support/playbook-lab.ts';
import { PASSWORDS, type SshLab, startSshLab } from '#test/support/ssh-lab.ts';
import { createPrograms } from '../programs.ts';
import { childMembers } from './child.ts';
import { createPlaybooks } from './index.ts';

/** Longer than Ansible takes to load, log in and run the lab's first tasks. */
const SLOW_LOOK_MS = 6000;
const never = () => new AbortController().signal;
const password = (text: string) => ({ kind: 'password', password: new Secret(text) }) as const;

describe('playbooks by real Ansible', () => {
  let lab: PlaybookLab;
  let hop: SshLab;
  const log = createRecordingLogger();
  beforeAll(async () => {
    [lab, hop] = await Promise.all([startPlaybookLab(), startSshLab()]);
  });
  afterAll(() => Promise.all([lab?.stop(), hop?.stop()]));

  const playbooks = (playbooksDir = lab.playbooksDir, programs = createPrograms({ log })) =>
    createPlaybooks({ playbooksDir, runDir: lab.runDir, log, programs });
  const access = (target: SshTarget): PlaybookRun => ({
    playbook: 'provision_access',
    target,
    vars: { zavhoz_private_key: lab.ssh.key.privateKey },
    timeoutMs: 60_000,
  });
  const run = (what: PlaybookRun) => playbooks().run(what, watch().hooks, never());

  it('logs in by password with every odd character, then by the key it is given', async () => {
    const { recap } = await run(access(lab.ssh.target({ auth: password(PASSWORDS.root) })));
    expect(recap).toEqual({ ok: 3, changed: 0, failures: 0, unreachable: 0 });
  });

  it('gets root by sudo, with a password and without', async () => {
    await run(access(lab.ssh.target({ user: 'easy', become: 'sudo' })));
    const deploy = lab.ssh.target({
      user: 'deploy',
      auth: password(PASSWORDS.deploy),
      become: 'sudo_password',
      becomePassword: new Secret(PASSWORDS.deploy),
    });
    await run(access(deploy));
    const wrong = { ...deploy, becomePassword: new Secret('wrong-sudo') };
    const error = await run(access(wrong)).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'login_refused' });
    expect(error.hint).toContain('sudo');
    const asked = { ...deploy, become: 'sudo', becomePassword: null } as const;
    await expect(run(access(asked))).rejects.toMatchObject({ code: 'login_refused' });
  });

  it('goes over hops, by key and by password, checking the key of each', async () => {
    const first = lab.ssh.target({ handle: 'jump-1', auth: password(PASSWORDS.root) });
    const second = hop.target({ handle: 'jump-2', jump: first });
    await run(access(lab.ssh.target({ jump: second })));
    await run(access(lab.ssh.target({ jump: hop.target({ auth: password(PASSWORDS.root) }) })));
    const strange = hop.target({ handle: 'jump-1', hostKeys: [lab.ssh.hostKey] });
    const refused = await run(access(lab.ssh.target({ jump: strange }))).catch((reason) => reason);
    expect(refused).toMatchObject({ code: 'unreachable' });
    expect(refused.hint).toContain('jump host');
  });

  it('takes no value for a template', async () => {
    const trap = join(lab.ssh.folder, 'trap');
    const lab_who = `{{ lookup('pipe', 'touch ${trap}') }}`;
    const { data } = await run(lab.run('data', undefined, { vars: { lab_who } }));
    expect(existsSync(trap)).toBe(false);
    expect(data).toEqual({ overall: 'ok', who: lab_who });
  });

  it('shows no secret to other users of the machine while it runs, and deletes all it wrote', async () => {
    const target = lab.ssh.target({ auth: password(PASSWORDS.root) });
    const controller = new AbortController();
    const { hooks, started } = watch();
    const what = lab.run('hang', target);
    const lab_secret = new Secret('s3cret-of-the-run');
    const vars = { ...what.vars, lab_secret, zavhoz_private_key: lab.ssh.key.privateKey };
    const running = playbooks().run({ ...what, vars }, hooks, controller.signal);
    const child = await started;
    const keyLine = lab.ssh.key.privateKey.reveal().split('\n')[2] ?? '';
    const secrets = [PASSWORDS.root, 's3cret-of-the-run', keyLine];
    const shown = await argvAndEnvironment();
    expect(shown).toContain('ansible-playbook');
    for (const secret of secrets) expect(shown).not.toContain(secret);

    const [folder = ''] = (await readdir(lab.runDir)).filter((name) => name.startsWith('run-'));
    expect((await stat(join(lab.runDir, folder))).mode & 0o777).toBe(0o700);
    for (const name of await readdir(join(lab.runDir, folder))) {
      expect((await stat(join(lab.runDir, folder, name))).mode & 0o077).toBe(0);
    }
    const note = JSON.parse(await readFile(join(lab.runDir, folder, 'note.json'), 'utf8'));
    const alias = basename(note.alias ?? folder);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(childMembers(child)).toEqual([]);
    expect(await readdir(lab.runDir)).toEqual(['locks']);
    expect(await readdir(tmpdir())).not.toContain(alias);
    for (const secret of secrets) expect(JSON.stringify(log.lines)).not.toContain(secret);
  });

  it('takes known secrets out of what a failed task said', async () => {
    const what = lab.run('fail');
    const vars = { ...what.vars, lab_secret: new Secret('s3cret-of-the-run') };
    const error = await run({ ...what, vars }).catch((reason) => reason);
    expect(error.message).toContain('it broke ***');
    expect(JSON.stringify([error, error.message])).not.toContain('s3cret-of-the-run');
  });

  it('refuses a playbook that means other hosts, before it runs', async () => {
    const before = await lab.ran();
    const changed = await edited(
      'provision_software',
      (text) => `${text}
- name: Elsewhere
  hosts: localhost
  gather_facts: false
  tasks: []
`,
    );
    const elsewhere = playbooks(changed).run(lab.run('change'), watch().hooks, never());
    await expect(elsewhere).rejects.toMatchObject({ code: 'identity_mismatch' });
    // However long the look takes, Ansible, loaded beside it, has waited for what it says.
    const { run: look } = createPrograms({ log });
    const slow: Programs = {
      run: async (argv, options) => {
        await wait(SLOW_LOOK_MS);
        return look(argv, options);
      },
    };
    const late = playbooks(changed, slow).run(lab.run('change'), watch().hooks, never());
    await expect(late).rejects.toMatchObject({ code: 'identity_mismatch' });
    expect(await lab.ran()).toEqual(before);
  });

  it('says what is wrong with a playbook that Ansible cannot read, or that is missing', async () => {
    const broken = await edited('provision_software', (text) => `${text}\n  - [`);
    const unread = playbooks(broken).run(lab.run('change'), watch().hooks, never());
    await expect(unread).rejects.toThrow(/--list-hosts failed.*provision_software.yml/s);
    await rm(join(broken, 'ansible.cfg'));
    const unset = playbooks(broken).run(lab.run('change'), watch().hooks, never());
    await expect(unset).rejects.toMatchObject({ code: 'internal' });
    await expect(unset).rejects.toThrow(/ansible.cfg is missing/);
    expect(await readdir(lab.runDir)).toEqual(['locks']);
  });

  /** A copy of the playbooks with one of them changed. */
  async function edited(name: string, change: (text: string) => string): Promise<string> {
    const copy = await mkdtemp(join(lab.ssh.folder, 'edited-'));
    await mkdir(join(copy, 'callback_plugins'));
    for (const file of ['ansible.cfg', `${name}.yml`, 'callback_plugins/zavhoz_events.py']) {
      const text = await readFile(join(lab.playbooksDir, file), 'utf8');
      await writeFile(join(copy, file), file === `${name}.yml` ? change(text) : text);
    }
    return copy;
  }
});

/** What `ps` shows of all processes, environments included. */
async function argvAndEnvironment(): Promise<string> {
  const texts = (await readdir('/proc'))
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => `/proc/${pid}/${file}`))
    .map((path) => readFile(path, 'utf8').catch(() => ''));
  return (await Promise.all(texts)).join('\n').replaceAll('\0', ' ');
}
