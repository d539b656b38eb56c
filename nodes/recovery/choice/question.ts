import type { NewApproval } from '#domain/approval.ts';
import type { Incident } from '#domain/incident.ts';
import type { Rung, RungRecord } from '#domain/recovery.ts';
import { addressOf, type Server } from '#domain/server.ts';
import type { SeenLook } from '../look.ts';

/** What each rung does, loses, and how it is undone; the tool is the one that interrupts. */
const RUNG_TEXTS: Readonly<
  Record<Rung, { tool: string; does: string; lost: string; undo: string }>
> = {
  recheck: { tool: 'server_health_look', does: 'Look at', lost: 'Nothing.', undo: 'Not needed.' },
  restart: {
    tool: 'server_restart_services',
    does: 'Restart what failed (units, Docker, containers) on',
    lost: 'Connections to what is restarted.',
    undo: 'Not needed.',
  },
  reboot: {
    tool: 'server_reboot',
    does: 'Reboot at its provider:',
    lost: 'Whatever is only in memory; everything on it stops for some minutes.',
    undo: 'Not needed.',
  },
  reset_access: {
    tool: 'server_reset_password',
    does: 'Reset the root password and install the keys anew on',
    lost: 'The present root password.',
    undo: 'The former password cannot be brought back.',
  },
  provision: {
    tool: 'ansible_software',
    does: 'Run the whole preparation without upgrades on',
    lost: 'The present root password; services may restart.',
    undo: 'README.md, section "What Zavhoz changes on a server".',
  },
  reinstall: {
    tool: 'server_reinstall',
    does: 'Reinstall the operating system of',
    lost: "EVERYTHING on its disk, and the provider's own backups of it.",
    undo: 'Impossible once the provider has begun.',
  },
};

export interface Asked {
  readonly rung: Rung;
  readonly incident: Incident;
  readonly server: Server;
  readonly seen: SeenLook;
  readonly bootId: string | null;
  readonly wrong: string;
  readonly tried: readonly RungRecord[];
  /** What a neighbour sees, where it was asked. */
  readonly peers: string | null;
}

/** The question, with the facts that it rests on: when these change, the answer is void. */
export function questionOf(asked: Asked): NewApproval {
  const { rung, incident, server, seen, bootId, wrong, tried, peers } = asked;
  const { tool, does, lost, undo } = RUNG_TEXTS[rung];
  const ip = addressOf(server.connection);
  const before = tried.map((record) => `${record.rung} (${record.outcome})`).join(', ');
  const why = [
    `${incident.type} since ${incident.failedAt.toISOString()}: ${wrong}.`,
    before === '' ? '' : `Tried: ${before}.`,
    peers ?? '',
  ];
  return {
    tool,
    arguments: { server: server.handle, rung },
    facts: {
      server_handle: server.handle,
      ip,
      provider: server.provider,
      provider_ref: server.providerRef,
      incident_id: incident.id,
      boot_id: bootId,
      failing: failingClass(seen),
    },
    incidentId: incident.id,
    effect: `${does} ${server.handle} (${ip ?? 'no address'}, ${server.provider})`,
    why: why.filter((part) => part !== '').join(' '),
    lost,
    undo,
  };
}

/** Whether packets are dropped or routes are missing is the same fact to a person. */
export function failingClass({ outcome }: SeenLook): string {
  if (outcome === 'unreachable' || outcome === 'timeout' || outcome === 'no_path') return 'silent';
  return outcome;
}
