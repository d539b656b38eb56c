import { OpsError } from '#domain/errors.ts';
import type { MaintenanceWindow } from '#domain/maintenance.ts';
import type { MaintenanceRepository } from '#domain/repositories.ts';
import type { Prisma, MaintenanceWindow as Row } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { coveredAt } from './maintenance-cover.ts';

export function createMaintenance({ prisma, clock }: RepositoryDeps): MaintenanceRepository {
  const audit = (tx: Tx, actor: string, action: string, { scope, target, ...row }: Row) =>
    appendAudit(tx, clock, {
      ...{ actor, action, target: scope === 'server' ? target : `${scope}:${target}` },
      ...{ operationId: null, data: { window: row.id, from: row.from, until: row.until } },
    });
  const mark = (tx: Tx, handle: string, to: string) =>
    appendAudit(tx, clock, {
      ...{ actor: 'agent', action: 'server.status', target: handle, operationId: null },
      data: { to, mover: 'agent', why: 'maintenance window' },
    });

  return {
    create: (window) =>
      prisma.$transaction(async (tx) => {
        await assertSound(tx, window);
        const row = await tx.maintenanceWindow.create({
          data: {
            ...{ scope: window.scope, target: window.target.trim(), from: window.from },
            ...{ until: window.until, reason: cleanText(window.reason) },
            ...{ createdBy: window.createdBy, createdAt: clock.now() },
          },
        });
        await audit(tx, window.createdBy, 'maintenance.create', row);
        return toWindow(row);
      }),

    async find(id) {
      const row = isUuid(id) ? await prisma.maintenanceWindow.findUnique({ where: { id } }) : null;
      return row && toWindow(row);
    },

    async list({ active, scope, target }) {
      const where: Prisma.MaintenanceWindowWhereInput = {
        ...(active ? { endedAt: null, from: { lte: active }, until: { gt: active } } : {}),
        ...(scope === undefined ? {} : { scope }),
        ...(target === undefined ? {} : { target }),
      };
      const rows = await prisma.maintenanceWindow.findMany({
        where,
        orderBy: [{ from: 'asc' }, { id: 'asc' }],
      });
      return rows.map(toWindow);
    },

    end: (id, by, at) =>
      prisma.$transaction(async (tx) => {
        if (!isUuid(id)) throw noWindow(id);
        // The first word counts; what is over already stays as it was.
        const { count } = await tx.maintenanceWindow.updateMany({
          where: { id, endedAt: null, until: { gt: at } },
          data: { endedAt: at, endedBy: by },
        });
        const row = await tx.maintenanceWindow.findUnique({ where: { id } });
        if (!row) throw noWindow(id);
        if (count > 0) await audit(tx, by, 'maintenance.end', row);
        return toWindow(row);
      }),

    apply: (now) =>
      prisma.$transaction(async (tx) => {
        // Rows that somebody else changes just now are left to the next look.
        const begun = await tx.$queryRaw<Moved[]>`
          UPDATE server SET status = 'maintenance', status_before = t.status, windowed = true
            FROM (SELECT s.id, s.status FROM server s JOIN server_group g ON g.id = s.group_id
                   WHERE s.status IN ('ready', 'in_use', 'error') AND ${coveredAt(now)}
                     FOR NO KEY UPDATE OF s SKIP LOCKED) t
           WHERE server.id = t.id RETURNING server.handle, server.status::text`;
        const ended = await tx.$queryRaw<Moved[]>`
          UPDATE server SET status = t.status_before, status_before = NULL, windowed = false
            FROM (SELECT s.id, s.status_before FROM server s JOIN server_group g ON g.id = s.group_id
                   WHERE s.status = 'maintenance' AND s.windowed AND s.status_before IS NOT NULL
                     AND NOT ${coveredAt(now)}
                     FOR NO KEY UPDATE OF s SKIP LOCKED) t
           WHERE server.id = t.id RETURNING server.handle, server.status::text`;
        for (const { handle, status } of [...begun, ...ended]) await mark(tx, handle, status);
        return { begun: handles(begun), ended: handles(ended) };
      }),
  };
}

interface Moved {
  readonly handle: string;
  readonly status: string;
}

const handles = (moved: readonly Moved[]) => moved.map((row) => row.handle).sort();

async function assertSound(
  tx: Tx,
  { scope, target, from, until }: Pick<MaintenanceWindow, 'scope' | 'target' | 'from' | 'until'>,
): Promise<void> {
  if (from >= until) throw new OpsError('invalid_input', 'The window ends before it begins.');
  const where = target.trim();
  if (where === '' || where.startsWith('=')) {
    throw new OpsError('invalid_input', 'Name a server, a group, or a label (key or key=value).');
  }
  const known =
    scope === 'label' ||
    (scope === 'server'
      ? await tx.server.findUnique({ where: { handle: where }, select: { id: true } })
      : await tx.serverGroup.findUnique({ where: { name: where }, select: { id: true } }));
  if (!known) throw new OpsError('not_found', `There is no ${scope} ${where}.`);
}

const noWindow = (id: string) => new OpsError('not_found', `There is no maintenance window ${id}.`);

const toWindow = ({ createdAt: _, ...row }: Row): MaintenanceWindow => row;
