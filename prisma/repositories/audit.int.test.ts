import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let audit: TestRepositories['repositories']['audit'];
beforeAll(async () => {
  stage = await testRepositories();
  audit = stage.repositories.audit;
});
afterAll(() => stage.close());

const append = (data: Record<string, unknown> = {}) =>
  audit.append({ actor: 'tg:1', action: 'test', target: 'vps-1', operationId: null, data });
/** What only somebody with the database owner's rights can do. */
const tamper = (sql: string) =>
  stage.prisma.$transaction([
    stage.prisma.$executeRawUnsafe('ALTER TABLE audit_event DISABLE TRIGGER USER'),
    stage.prisma.$executeRawUnsafe(sql),
    stage.prisma.$executeRawUnsafe('ALTER TABLE audit_event ENABLE TRIGGER USER'),
  ]);
const idOf = async (seq: number) =>
  (await stage.prisma.auditEvent.findUnique({ where: { seq: BigInt(seq) } }))?.id;

beforeEach(() => tamper('TRUNCATE audit_event'));

describe('the audit', () => {
  it('keeps its chain with twenty at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => append({ i })));
    const rows = await stage.prisma.auditEvent.findMany({ orderBy: { seq: 'asc' } });
    expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    for (const [i, row] of rows.slice(1).entries()) expect(row.prevHash).toBe(rows[i]?.hash);
    expect(await audit.verify()).toBeNull();
  });

  it('takes any data, and shows no secret', async () => {
    await append({
      ...{ z: 1, a: { y: [1.5, 1e21, -0, null], x: undefined }, nul: 'a\u0000b', half: '\uD800' },
      ...{ at: new Date(0), password: new Secret('hunter2'), 'key "': 'ж' },
    });
    await append({ nothing: Number.NaN });
    expect(await audit.verify()).toBeNull();
    expect(
      JSON.stringify(await stage.prisma.auditEvent.findFirst(), (_, v) => `${v}`),
    ).not.toContain('hunter2');
  });

  it.each([
    'UPDATE audit_event SET actor = $$x$$',
    'DELETE FROM audit_event',
    'TRUNCATE audit_event',
  ])('refuses: %s', async (sql) => {
    await append();
    await expect(stage.prisma.$executeRawUnsafe(sql)).rejects.toThrow(/append-only/);
    expect(await stage.prisma.auditEvent.count()).toBe(1);
  });

  it.each([
    ['an altered actor', "UPDATE audit_event SET actor = 'x' WHERE seq = 3", 3],
    ['altered data', `UPDATE audit_event SET data = '{"i": 9}' WHERE seq = 3`, 3],
    ['another time', "UPDATE audit_event SET at = at + interval '1 ms' WHERE seq = 3", 3],
    ['one that is gone', 'DELETE FROM audit_event WHERE seq = 3', 4],
    ['a first one that is gone', 'DELETE FROM audit_event WHERE seq = 1', 2],
    ['another hash', "UPDATE audit_event SET hash = 'x' WHERE seq = 3", 3],
  ])('finds %s', async (_, sql, broken) => {
    for (let i = 0; i < 5; i++) await append({ i });
    const expected = await idOf(broken);
    await tamper(sql);
    expect(await audit.verify()).toBe(expected);
  });
});

describe('the list of the audit', () => {
  const note = (actor: string, action: string, target: string) =>
    audit.append({ actor, action, target, operationId: null, data: { n: 1 } });
  const seqs = async (filter: Parameters<typeof audit.list>[0]) =>
    (await audit.list(filter, { offset: 0, limit: 10 })).items.map(({ seq }) => seq);

  it('shows the newest first, in pages, and finds by all that it knows', async () => {
    await note('tg:1', 'server.update', 'vps-1');
    await note('agent', 'server.status', 'vps-1');
    await note('tg:2', 'user.upsert', 'tg:1');
    await note('tg:2', 'serverless', 'vps-2');
    expect(await audit.list({}, { offset: 1, limit: 2 })).toMatchObject({
      total: 4,
      items: [
        { seq: 3, actor: 'tg:2', action: 'user.upsert', target: 'tg:1', data: { n: 1 } },
        { seq: 2 },
      ],
    });
    expect(await seqs({ about: 'tg:1' })).toEqual([3, 1]);
    expect(await seqs({ about: 'tg:1', action: 'user' })).toEqual([3]);
    expect(await seqs({ actor: 'tg:2' })).toEqual([4, 3]);
    expect(await seqs({ target: 'vps-1' })).toEqual([2, 1]);
    expect(await seqs({ action: 'server' })).toEqual([2, 1]);
    expect(await seqs({ operationId: 'no-uuid' })).toEqual([]);
    const now = stage.clock.now();
    expect(await seqs({ until: new Date(now.getTime() - 3_600_000) })).toEqual([]);
    expect(await seqs({ from: new Date(now.getTime() - 3_600_000) })).toHaveLength(4);
  });
});
