import { OpsError } from './errors.ts';
import type { Operation, OperationCommand, Verdict } from './operation.ts';
import { isTerminal } from './operation.ts';
import type { Server, ServerStatus } from './server.ts';
import { assertTransition } from './server-status.ts';
import type { Authority, Effect } from './tool.ts';

/** Where the agent itself lives: its addresses, its database's and its queue's. */
export interface OwnPlace {
  readonly addresses: ReadonlySet<string>;
}
export const NOWHERE: OwnPlace = { addresses: new Set() };

/** Throws for the host, the database or the bastion that the agent depends on (invariant 12). */
function assertNotDependedOn(server: Server, own: OwnPlace): void {
  const { ipv4, ipv6 } = server.connection;
  const mine = [ipv4, ipv6].find((address) => address !== null && own.addresses.has(address));
  if (mine === undefined && !server.servesAsJumpHost) return;
  const role = server.servesAsJumpHost
    ? 'is the jump host of other servers'
    : `(${mine}) is where Zavhoz, its database or its queue runs`;
  throw new OpsError('hands_off', `${server.handle} ${role}: the agent never changes it.`, {
    hint: 'Do it by hand, or from an agent that does not depend on it.',
  });
}

/** Throws unless Zavhoz may change this server at all (invariant 2, care and hands_off). */
export function assertChangeable(server: Server, own: OwnPlace = NOWHERE): void {
  assertNotDependedOn(server, own);
  if (server.status === 'reserved' || server.status === 'decommissioned') {
    throw new OpsError('not_managed', `${server.handle} is ${server.status}: nobody changes it.`, {
      hint: 'A human takes a reserved server back by setting its status to discovered.',
      details: { status: server.status },
    });
  }
  if (server.care !== 'managed') {
    throw new OpsError(
      'not_managed',
      `${server.handle} has care "${server.care}": only managed servers are ever changed.`,
      { hint: 'Set care to "managed" first.', details: { care: server.care } },
    );
  }
  if (server.handsOff) {
    throw new OpsError(
      'hands_off',
      `${server.handle} is marked hands_off: every change is refused.`,
      {
        hint: 'Lift hands_off through the API or the CLI first.',
      },
    );
  }
}

/** Whether a request may start now, beside the operation (if any) that is under way. */
export function judge(
  command: OperationCommand,
  server: Server,
  active: Operation | null,
  own: OwnPlace = NOWHERE,
): Verdict {
  assertChangeable(server, own);
  const running = active && !isTerminal(active.status) && !active.stopRequested ? active : null;
  const mode = command.kind === 'rebuild' ? command.mode : null;
  const same = running?.kind === command.kind && running.mode === mode;
  // The recovery from another incident is other work: this one has its turn after it.
  const incident = command.kind === 'recover' ? command.incidentId : running?.incidentId;
  if (running && same && running.incidentId === incident) {
    return { verdict: 'join', operation: running };
  }
  if (command.kind === 'deploy') throw nothingToDeploy(server.handle);
  if (command.kind === 'rebuild') {
    // A rebuild is a human's stronger word: it takes the place of a provisioning under way.
    if (running && running.kind === 'rebuild') throw underWay(server, running);
    // Ordered already, with nobody at it any more: the word is taken once more.
    if (server.status !== 'force_rebuild') {
      assertTransition(server.status, 'force_rebuild', 'human', server.statusBefore);
    }
    return { verdict: 'accept', supersede: running };
  }
  if (running) throw underWay(server, running);
  if (command.kind === 'recover' || command.kind === 'reboot') {
    assertInService(command.kind, server);
    return { verdict: 'accept', supersede: null };
  }
  if (server.status !== 'pending_setup') {
    assertTransition(server.status, 'pending_setup', 'human', server.statusBefore);
  }
  return { verdict: 'accept', supersede: null };
}

/** Statuses from which a server may be recovered or rebooted as it is. */
export const IN_SERVICE: ReadonlySet<ServerStatus> = new Set(['ready', 'in_use', 'error']);

/** What is under maintenance, not prepared yet or no longer listed is neither recovered nor rebooted. */
export function assertInService(kind: 'recover' | 'reboot', { handle, status }: Server): void {
  if (IN_SERVICE.has(status)) return;
  const [done, noun] = kind === 'recover' ? ['recovered', 'recovery'] : ['rebooted', 'reboot'];
  throw new OpsError('illegal_transition', `${handle} is ${status}: it is not ${done}.`, {
    hint: `A ${noun} begins from ${[...IN_SERVICE].join(', ')}.`,
    details: { from: status },
  });
}

/** Services are checks only as yet: an order to deploy has nothing that it could bring out. */
export const nothingToDeploy = (handle: string): OpsError =>
  new OpsError(
    'unsupported',
    `${handle} has no service that Zavhoz could deploy: it knows services as checks only.`,
    {
      hint: 'A service to deploy needs an image or a Compose directory, its ports and a health path; this version cannot store them yet. Deploy by hand: what is checked stays checked.',
    },
  );

function underWay(server: Server, running: Operation): OpsError {
  return new OpsError('conflict', `Another operation is under way on ${server.handle}.`, {
    hint: `Wait for operation ${running.id} or cancel it.`,
    details: { operation_id: running.id, kind: running.kind, mode: running.mode },
  });
}

/**
 * Whether a tool of this effect may run on this authority's word. A recovery's permit is looked at
 * again, with fresh facts, by assertPermitHolds.
 */
export function assertEffectAllowed(
  effect: Effect,
  server: Server,
  authority: Authority,
  own: OwnPlace = NOWHERE,
): void {
  if (effect === 'read') return;
  assertChangeable(server, own);
  const { humanOrder, permit } = authority;
  if (effect === 'disrupt' && permit?.rung === 'recheck') {
    throw new OpsError('approval_required', `No rung is reserved on ${server.handle}.`);
  }
  if (effect === 'destroy' && humanOrder !== 'force_rebuild' && permit?.rung !== 'reinstall') {
    throw new OpsError(
      'approval_required',
      `Destroying data on ${server.handle} needs a human's word.`,
      {
        hint: 'A human orders it by force_rebuild, or approves the reinstall of a recovery.',
      },
    );
  }
}
