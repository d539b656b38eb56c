import { OpsError } from '#domain/errors.ts';
import type { GroupPolicy, ServerGroup } from '#domain/group.ts';
import { DEFAULT_EXPECTATIONS, Expectations } from '#domain/health/report.ts';
import type { GroupRepository } from '#domain/repositories.ts';
import type { Prisma, ServerGroup as Row } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanJson, cleanText } from './clean.ts';
import { isUniqueViolation } from './database-errors.ts';
import type { RepositoryDeps, Tx } from './deps.ts';

export function createGroups({ prisma, clock }: RepositoryDeps): GroupRepository {
  const audit = (tx: Tx, actor: string, action: string, target: string, data: object) =>
    appendAudit(tx, clock, {
      ...{ actor, action, target: `group:${target}`, operationId: null },
      data: { ...data },
    });

  return {
    async require(name) {
      const row = await prisma.serverGroup.findUnique({ where: { name } });
      if (!row) throw noGroup(name);
      return toGroup(row);
    },

    async list() {
      const rows = await prisma.serverGroup.findMany({ orderBy: { name: 'asc' } });
      return rows.map(toGroup);
    },

    async create({ name, description, openPorts, policy }, by) {
      if (name.trim() === '') throw new OpsError('invalid_input', 'A group needs a name.');
      try {
        return await prisma.$transaction(async (tx) => {
          const row = await tx.serverGroup.create({
            data: {
              ...{ name: cleanText(name), description: cleanText(description) },
              ...{ openPorts: ports(openPorts), createdAt: clock.now() },
              ...policyColumns(policy),
            },
          });
          await audit(tx, by, 'group.create', name, { openPorts, policy });
          return toGroup(row);
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw new OpsError('conflict', `There is a group ${name} already.`);
      }
    },

    update: (name, { description, openPorts, policy }, by) =>
      prisma.$transaction(async (tx) => {
        const before = await tx.serverGroup.findUnique({ where: { name } });
        if (!before) throw noGroup(name);
        const row = await tx.serverGroup.update({
          where: { name },
          data: {
            ...(description === undefined ? {} : { description: cleanText(description) }),
            ...(openPorts === undefined ? {} : { openPorts: ports(openPorts) }),
            ...policyColumns(policy ?? {}),
          },
        });
        await audit(tx, by, 'group.update', name, {
          ...{ description, openPorts, policy },
          policy_before: toGroup(before).policy,
        });
        return toGroup(row);
      }),
  };
}

/** Stored expectations, filled up by the defaults; what no longer makes sense gives way to them. */
export function expectationsOf(stored: unknown): Expectations {
  const parsed = Expectations.safeParse({
    ...DEFAULT_EXPECTATIONS,
    ...(stored !== null && typeof stored === 'object' ? stored : {}),
  });
  return parsed.success ? parsed.data : DEFAULT_EXPECTATIONS;
}

function policyColumns({ mode, highest_rung, weight, expectations }: Partial<GroupPolicy>) {
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(highest_rung === undefined ? {} : { highestRung: highest_rung }),
    ...(weight === undefined ? {} : { weight: checked(weight) }),
    ...(expectations === undefined ? {} : { expectations: cleanJson(expectations) }),
  } satisfies Prisma.ServerGroupUpdateInput;
}

function checked(weight: number): number {
  if (Number.isInteger(weight) && weight >= 0 && weight <= 1000) return weight;
  throw new OpsError('invalid_input', `${weight} is no weight: a whole number from 0 to 1000.`);
}

function ports(openPorts: readonly number[]): number[] {
  const wrong = openPorts.find((port) => !(Number.isInteger(port) && port > 0 && port < 65_536));
  if (wrong !== undefined) throw new OpsError('invalid_input', `${wrong} is no port.`);
  return [...new Set(openPorts)].sort((a, b) => a - b);
}

const noGroup = (name: string) =>
  new OpsError('not_found', `There is no group ${name}.`, {
    hint: 'See the list of groups for the names there are.',
  });

const toGroup = (row: Row): ServerGroup => ({
  id: row.id,
  name: row.name,
  description: row.description,
  openPorts: row.openPorts,
  policy: {
    mode: row.mode,
    highest_rung: row.highestRung,
    weight: row.weight,
    expectations: expectationsOf(row.expectations),
  },
});
