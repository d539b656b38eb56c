import type { GroupPolicy, ServerGroup } from '../group.ts';

export interface GroupRepository {
  /** Throws `not_found`. */
  require(name: string): Promise<ServerGroup>;
  list(): Promise<readonly ServerGroup[]>;
  /** Throws `conflict` for a name that is taken. */
  create(
    input: {
      readonly name: string;
      readonly description: string;
      readonly openPorts: readonly number[];
      readonly policy: Partial<GroupPolicy>;
    },
    by: string,
  ): Promise<ServerGroup>;
  update(
    name: string,
    patch: {
      readonly description?: string;
      readonly openPorts?: readonly number[];
      readonly policy?: Partial<GroupPolicy>;
    },
    by: string,
  ): Promise<ServerGroup>;
}
