import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlaybookRun, SshTarget } from '#domain/remote.ts';
import { type SshLab, startSshLab } from './ssh-lab.ts';

export interface PlaybookLab {
  readonly ssh: SshLab;
  /** Tiny playbooks under the product's own settings and callback plugin. */
  readonly playbooksDir: string;
  readonly runDir: string;
  /** On the host: each play adds a line, each ended sleep another one. */
  readonly ranFile: string;
  run(kind: Kind, target?: SshTarget, changes?: Partial<PlaybookRun>): PlaybookRun;
  ran(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

type Kind = 'change' | 'fail' | 'hang' | 'data';

/** provision_software does what `lab_kind` says; health_check reports. */
const SOFTWARE = `
- name: Software
  hosts: all
  gather_facts: false
  tasks:
    - name: Write down that it ran
      ansible.builtin.shell: echo "ran {{ lab_kind }}" >> {{ lab_ran }}
      changed_when: false
    - name: Change something
      ansible.builtin.raw: "true"
      changed_when: lab_kind == 'change'
    - name: Break on purpose
      ansible.builtin.command: sh -c 'echo "it broke {{ lab_secret | default("") }}" >&2; exit 3'
      when: lab_kind == 'fail'
    - name: Take long
      ansible.builtin.shell: sleep {{ lab_seconds | default(60) }}; echo "slept" >> {{ lab_ran }}
      changed_when: false
      when: lab_kind == 'hang'
`;
const HEALTH = `
- name: Health
  hosts: all
  gather_facts: false
  tasks:
    - name: Report
      ansible.builtin.set_stats:
        data:
          zavhoz_result: { overall: ok, who: "{{ lab_who | default('nobody') }}" }
`;
const ACCESS = `
- name: Access
  hosts: all
  gather_facts: false
  tasks:
    - name: Who is it
      ansible.builtin.command: id -u
      changed_when: false
      register: who
    - name: Require root
      ansible.builtin.assert: { that: who.stdout == '0', quiet: true }
    - name: Log in afresh by the agent's key
      ansible.builtin.ping:
      vars:
        ansible_ssh_args: -o ControlMaster=no -o ControlPath=none
        ansible_ssh_private_key_file: "{{ zavhoz_private_key_file }}"
        ansible_password: ""
        ansible_become: false
`;

/** A real host for Ansible, without Docker: sshd of the ssh lab. */
export async function startPlaybookLab(): Promise<PlaybookLab> {
  const ssh = await startSshLab();
  // A blank and a long name: paths of users' machines have both.
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz playbooks of a rather long name '));
  const playbooksDir = join(folder, 'playbooks');
  await mkdir(join(playbooksDir, 'callback_plugins'), { recursive: true });
  const files = {
    'provision_software.yml': SOFTWARE,
    'health_check.yml': HEALTH,
    'provision_access.yml': ACCESS,
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(playbooksDir, name), `---${text}`);
  }
  for (const name of ['ansible.cfg', 'callback_plugins/zavhoz_events.py']) {
    await copyFile(join('playbooks', name), join(playbooksDir, name));
  }
  const ranFile = join(ssh.folder, 'ran');
  await writeFile(ranFile, '', { mode: 0o666 });
  return {
    ssh,
    playbooksDir,
    runDir: join(folder, 'runs'),
    ranFile,
    run: (kind, target = ssh.target(), changes = {}) => ({
      playbook: kind === 'data' ? 'health_check' : 'provision_software',
      target,
      vars: { lab_kind: kind, lab_ran: ranFile },
      timeoutMs: 60_000,
      ...changes,
    }),
    ran: async () => (await readFile(ranFile, 'utf8')).split('\n').filter((line) => line !== ''),
    async stop() {
      await ssh.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
