import { OpsError } from '#domain/errors.ts';
import type { Provider, ProviderAction, ProviderFacts, ProviderTask } from '#domain/provider.ts';
import { Secret } from '#domain/secret.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { createMemoryHosts, type MemoryHosts } from './memory-hosts.ts';

export interface MemoryProvider {
  /** Every action that was carried out, in order. */
  readonly done: readonly { readonly ref: string; readonly action: ProviderAction }[];
  can: ReadonlySet<ProviderAction>;
  facts: Partial<ProviderFacts>;
  /** What an action does to the machine; the default of each is what a healthy provider's does. */
  readonly effects: Record<ProviderAction, (address: string) => void>;
  /** Before the action is carried out; may throw. */
  before: (action: ProviderAction) => void;
  /** Thrown by every question while set. */
  down: OpsError | null;
  /** The next answers are lost after the action was carried out. */
  lost: number;
  readonly handle: ToolDeps['providerOf'];
}

/** A provider over hosts in memory that keeps its tasks, as a real one does. */
export function createMemoryProvider(
  addressOf: (ref: string) => string,
  hosts: MemoryHosts = createMemoryHosts(),
): MemoryProvider {
  const done: { ref: string; action: ProviderAction }[] = [];
  const tasks: (ProviderTask & { ref: string })[] = [];
  const password = (address: string, next: string) => {
    hosts.at(address)?.passwords.set('root', next);
  };
  const world: MemoryProvider = {
    done,
    can: new Set(['reboot', 'reset_password', 'reinstall']),
    facts: {},
    effects: {
      reboot: (address) => {
        const host = hosts.at(address);
        if (host) Object.assign(host, { state: 'up', boot: (host.boot ?? 0) + 1 });
      },
      reset_password: (address) => password(address, 'fresh'),
      reinstall: (address) => {
        const boot = (hosts.at(address)?.boot ?? 0) + 1;
        Object.assign(hosts.wipe(address, 'fresh'), { boot });
      },
    },
    before: () => {},
    lost: 0,
    down: null,
    handle: () => ({
      provider,
      pace: {
        reboot: { poll: 5, settle: 0, limit: 300 },
        reset_password: { poll: 5, settle: 0, limit: 300 },
        reinstall: { poll: 15, settle: 0, limit: 900 },
      },
    }),
  };
  const provider: Provider = {
    get can() {
      return world.can;
    },
    list: async () => [],
    async facts(ref) {
      if (world.down) throw world.down;
      return {
        ...{ ref, hostname: null, ipv4: addressOf(ref), ipv6: null, sshPort: 22, label: null },
        ...{ state: 'active', os: 'debian-12', activeTask: null, user: 'root' },
        ...world.facts,
      };
    },
    systems: async () => [{ id: 'debian-12', title: 'Debian 12' }],
    async start(ref, action) {
      world.before(action);
      done.push({ ref, action });
      world.effects[action](addressOf(ref));
      const id = String(tasks.length + 1);
      const task: ProviderTask & { ref: string } = {
        ...{ ref, id, action, activated: `t${id}`, state: 'done', message: 'done' },
        password: action === 'reboot' ? null : new Secret('fresh'),
      };
      tasks.push(task);
      if (world.lost > 0) {
        world.lost -= 1;
        throw new OpsError('unknown_outcome', 'the answer was lost');
      }
      return task;
    },
    async task(_, id) {
      const found = tasks.find((task) => task.id === id);
      if (!found) throw new OpsError('not_found', `no task ${id}`);
      return found;
    },
    latest: async (ref, action) =>
      tasks.findLast((task) => task.ref === ref && task.action === action) ?? null,
    check: async () => {},
  };
  return world;
}
