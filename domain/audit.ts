/** One line of the audit: who did what to what. `data` holds no secrets. */
export interface AuditEntry {
  readonly id: string;
  /** Counts from 1 without holes. */
  readonly seq: number;
  readonly at: Date;
  /** `tg:<telegram id>`, `api:<token>`, `agent`, `agent:<part>`. */
  readonly actor: string;
  /** A word per part, with dots between: `server.status`, `tool.server_reboot.done`. */
  readonly action: string;
  /** A server's handle, a person (`tg:<id>`), or what else it was done to. */
  readonly target: string;
  readonly operationId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly target?: string;
  /** Done by it or done to it. */
  readonly about?: string;
  /** The action itself, or its beginning up to a dot: `server` finds `server.status`. */
  readonly action?: string;
  readonly operationId?: string;
  readonly from?: Date;
  readonly until?: Date;
}
