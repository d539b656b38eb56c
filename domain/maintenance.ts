import { z } from 'zod';

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
