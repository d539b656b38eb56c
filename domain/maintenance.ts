import { z } from 'zod';
import type { Server } from './server.ts';

export const MaintenanceScope = z.enum(['server', 'group', 'label']);
export type MaintenanceScope = z.infer<typeof MaintenanceScope>;

/** No alerts and no recoveries from `from` until `until`; checks go on. */
export interface MaintenanceWindow {
  readonly id: string;
  readonly scope: MaintenanceScope;
  /** A handle, a group's name, or `key=value` / `key`. */
  readonly target: string;
  readonly from: Date;
  readonly until: Date;
  readonly reason: string;
  readonly createdBy: string;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
}

/** Whether a window is meant for this server; labels are `key=value`, or `key` for any value. */
export function coversServer(
  { scope, target }: Pick<MaintenanceWindow, 'scope' | 'target'>,
  { handle, group, labels }: Pick<Server, 'handle' | 'group' | 'labels'>,
): boolean {
  if (scope === 'server') return target === handle;
  if (scope === 'group') return target === group;
  const at = target.indexOf('=');
  return at < 0
    ? labels[target] !== undefined
    : labels[target.slice(0, at)] === target.slice(at + 1);
}
