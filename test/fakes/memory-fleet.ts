import { randomUUID } from 'node:crypto';
import type { Agent } from '#domain/agent.ts';
import type { Approval, ApprovalStatus, Decision } from '#domain/approval.ts';
import { OpsError } from '#domain/errors.ts';
import type { FleetState } from '#domain/fleet.ts';
import type { Clock } from '#domain/ports.ts';

export const CALM: FleetState = {
  heartbeatAt: null,
  epoch: 'epoch-1',
  frozenAt: null,
  frozenReason: null,
  frozenBy: null,
  breakerOpenAt: null,
  breakerReason: null,
  blindSince: null,
  rearmedAt: null,
};

export const anApproval = (over: Partial<Approval> = {}): Approval => ({
  id: randomUUID(),
  operationId: randomUUID(),
  stepId: 'choose-rung',
  serverHandle: 'vps-1001',
  tool: 'server_reboot',
  arguments: { rung: 'reboot' },
  facts: { status: 'error' },
  incidentId: randomUUID(),
  effect: 'The provider reboots vps-1001.',
  why: 'It does not answer since 10:00.',
  lost: 'What is not on disk.',
  undo: 'Not needed.',
  hash: 'a'.repeat(64),
  status: 'open',
  round: 1,
  createdAt: new Date(Date.now() - 60_000),
  expiresAt: new Date(Date.now() + 3_540_000),
  decidedBy: null,
  decidedAt: null,
  note: null,
  ...over,
});

export interface MemoryFleet extends Pick<Agent, 'decide' | 'freeze' | 'rearm' | 'fleet'> {
  state: FleetState;
  /** While set, the state cannot be read, as when PostgreSQL is gone. */
  gone: boolean;
  readonly approvals: {
    put(approval: Approval): Approval;
    find(id: string): Promise<Approval | null>;
    list(filter: { status?: ApprovalStatus; serverHandle?: string }): Promise<readonly Approval[]>;
  };
}

/** The agent's promises about approvals and the fleet's switch, in memory. */
export function memoryFleet(clock: Clock): MemoryFleet {
  const rows = new Map<string, Approval>();
  const put = (approval: Approval) => {
    rows.set(approval.id, approval);
    return approval;
  };
  const fleet: MemoryFleet = {
    state: CALM,
    gone: false,
    approvals: {
      put,
      find: async (id) => rows.get(id) ?? null,
      list: async ({ status, serverHandle }) =>
        [...rows.values()].filter(
          (a) =>
            (!status || a.status === status) && (!serverHandle || a.serverHandle === serverHandle),
        ),
    },
    async decide(id, decision: Decision, by, note) {
      const found = rows.get(id);
      if (!found) throw new OpsError('not_found', `There is no approval ${id}.`);
      if (found.status !== 'open') {
        throw new OpsError('conflict', `It is ${found.status} already, by ${found.decidedBy}.`, {
          details: { status: found.status, decided_by: found.decidedBy },
        });
      }
      const status = decision === 'approve' ? 'approved' : 'denied';
      const decidedAt = clock.now();
      return put({ ...found, status, decidedBy: by, decidedAt, note: note ?? null });
    },
    async freeze(by, reason) {
      if (!fleet.state.frozenAt) {
        const now = clock.now();
        fleet.state = { ...fleet.state, frozenAt: now, frozenBy: by, frozenReason: reason };
      }
      return fleet.state;
    },
    async rearm() {
      fleet.state = { ...CALM, blindSince: fleet.state.blindSince, rearmedAt: clock.now() };
      return fleet.state;
    },
    async fleet() {
      if (fleet.gone) throw new OpsError('storage_unavailable', 'pg: 10.1.2.3 refused');
      return fleet.state;
    },
  };
  return fleet;
}
