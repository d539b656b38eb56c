import { OpsError } from '#domain/errors.ts';
import type { GroupPolicy, ServerGroup } from '#domain/group.ts';
import { DEFAULT_EXPECTATIONS } from '#domain/health/report.ts';
import type { GroupRepository } from '#domain/repositories.ts';

const POLICY: GroupPolicy = {
  ...{ mode: 'ask', highest_rung: 'reboot', weight: 100, expectations: DEFAULT_EXPECTATIONS },
};

/** Groups by name; `default` and `web` are there. */
export function chatGroups(): Pick<GroupRepository, 'require' | 'update' | 'list'> {
  const group = (name: string): ServerGroup => ({
    ...{ id: `id-${name}`, name, description: '', policy: POLICY, openPorts: [] },
  });
  const rows = new Map(['default', 'web'].map((name) => [name, group(name)]));
  const find = (name: string) => {
    const found = rows.get(name);
    if (!found) throw new OpsError('not_found', `There is no group ${name}.`);
    return found;
  };
  return {
    list: async () => [...rows.values()],
    require: async (name) => find(name),
    async update(name, { policy }) {
      const before = find(name);
      const changed = { ...before, policy: { ...before.policy, ...policy } };
      rows.set(name, changed);
      return changed;
    },
  };
}
