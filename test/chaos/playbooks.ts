import { hostIdentity } from '#adapters/host-id.ts';
import { OpsError } from '#domain/errors.ts';
import type { Clock } from '#domain/ports.ts';
import type { PlaybookRun, Playbooks } from '#domain/remote.ts';
import type { SimFleet } from '#simulators/fleet/fleet.ts';

/** Beyond the kernel's greatest pid: a record of ours can never name a real process. */
const FIRST_PGID = 6_000_000;
const PLAYBOOK_MS = 20_000;

export interface PlaybookRecord {
  readonly from: number;
  readonly until: number;
  readonly address: string;
  readonly playbook: string;
}

/** Playbooks on simulated servers: they log in as Ansible would, and leave what Ansible leaves. */
export function createFleetPlaybooks(fleet: SimFleet, clock: Clock) {
  const records: PlaybookRecord[] = [];
  let pgid = FIRST_PGID;

  function assertOpens({ target }: PlaybookRun, publicKeys: readonly string[]): void {
    const { state, authorizedKeys, rootPassword } = fleet.at(target.host);
    if (state.net !== 'up' || state.path !== 'open' || state.sshd === 'dead') {
      throw new OpsError('unreachable', `${target.handle} does not answer.`);
    }
    const opens =
      target.auth.kind === 'key'
        ? publicKeys.some((key) => authorizedKeys.has(key))
        : state.passwordLogin && target.auth.password.reveal() === rootPassword;
    if (!opens || state.logins === 'refused') {
      throw new OpsError('login_refused', `${target.handle} refused the ${target.auth.kind}.`);
    }
  }

  async function effect({ playbook, target, vars }: PlaybookRun): Promise<void> {
    if (playbook === 'provision_access') {
      const keys = Array.isArray(vars.zavhoz_authorized_keys) ? vars.zavhoz_authorized_keys : [];
      for (const key of keys) fleet.authorize(target.host, String(key));
      await fleet.heal(target.host, 'reset_access');
      await fleet.change(target.host, { passwordLogin: false });
    }
    if (playbook === 'provision_software') {
      await fleet.heal(target.host, 'provision');
      await fleet.change(target.host, { docker: 'up', firewall: true });
    }
  }

  const playbooks: Playbooks = {
    async run(run, hooks, signal) {
      const from = clock.now().getTime();
      const endsAt = new Date(from + run.timeoutMs).toISOString();
      await hooks.onChild({ ...hostIdentity(), pgid: pgid++, startTime: '0', endsAt });
      try {
        const given = run.vars.zavhoz_authorized_keys;
        const keys = (Array.isArray(given) ? given : []).map(String);
        assertOpens(run, keys.concat([...fleet.at(run.target.host).authorizedKeys]).map(bare));
        hooks.onEvent({ kind: 'task', task: 'Everything', index: 1, total: 1 });
        await clock.sleep(PLAYBOOK_MS, signal);
        await effect(run);
      } finally {
        const until = clock.now().getTime();
        records.push({ from, until, address: run.target.host, playbook: run.playbook });
        await hooks.onChild(null);
      }
      return { recap: { ok: 1, changed: 1, failures: 0, unreachable: 0 }, data: null };
    },
    async end() {},
  };
  return { playbooks, records: records as readonly PlaybookRecord[] };
}

const bare = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ');
