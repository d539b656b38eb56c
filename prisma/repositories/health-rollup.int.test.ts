import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthState } from '#domain/health/report.ts';
import { aHealth } from '#test/builders/a-health.ts';
import { anAdoptedServer } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const keep = { samplesDays: 7, hoursDays: 60, daysDays: 700 };
const midnight = () => new Date(Math.floor(Date.now() / DAY) * DAY).getTime();
const put = (id: string, at: number, state: HealthState = 'ok', latencyMs: number | null = 10) =>
  all.health.write([aHealth(id, new Date(at), { state, latencyMs })]);
const partitions = async () =>
  (
    await stage.prisma.$queryRaw<{ name: string; rows: number }[]>`
      SELECT c.relname::text AS name,
             (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || c.relname, false,
                    true, '')))[1]::text::int AS rows
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'health_sample'::regclass ORDER BY 1`
  ).map((row) => [row.name, row.rows]);
const nameOf = (at: number) =>
  `health_sample_${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}`;

describe('rollUp', () => {
  it('sums up hours and days, as often as it is asked', async () => {
    const [a, b] = [await anAdoptedServer(all), await anAdoptedServer(all)];
    const day = midnight() - 2 * DAY;
    await put(a.id, day + 10 * MINUTE, 'ok', 10);
    await put(a.id, day + 20 * MINUTE, 'degraded', 30);
    await put(a.id, day + 30 * MINUTE, 'failed', null);
    await put(a.id, day + 40 * MINUTE, 'unknown', null);
    await put(a.id, day + 2 * HOUR, 'ok', 50);
    await put(b.id, day + HOUR, 'failed', null);
    const range = { from: new Date(day), until: new Date(day + DAY) };
    const look = async (id: string) => ({
      hours: await all.health.history(id, { ...range, by: 'hour' }),
      days: await all.health.history(id, { ...range, by: 'day' }),
      uptime: await all.health.uptimePercent(id, new Date(day - HOUR)),
    });
    const before = [await look(a.id), await look(b.id)];
    expect(before[0]).toEqual({
      hours: [
        {
          ...{ from: new Date(day), checks: 4, good: 2, bad: 1, unknown: 1 },
          latencyMs: { avg: 20, max: 30 },
        },
        {
          ...{ from: new Date(day + 2 * HOUR), checks: 1, good: 1, bad: 0, unknown: 0 },
          latencyMs: { avg: 50, max: 50 },
        },
      ],
      days: [
        {
          ...{ from: new Date(day), checks: 5, good: 3, bad: 1, unknown: 1 },
          latencyMs: { avg: 30, max: 50 },
        },
      ],
      uptime: 75,
    });
    expect(before[1]).toMatchObject({ uptime: 0, days: [{ latencyMs: null }] });
    for (let i = 0; i < 3; i++) {
      await all.health.rollUp(stage.clock.now(), keep);
      expect(await stage.prisma.healthHour.count()).toBe(3);
      expect(await stage.prisma.healthDay.count()).toBe(2);
      expect([await look(a.id), await look(b.id)]).toEqual(before);
    }
    // The samples are gone, what they came to is not.
    await stage.prisma.healthSample.deleteMany();
    expect([await look(a.id), await look(b.id)]).toEqual(before);
  });

  it('takes in samples that came late, and shows the hour under way as it is', async () => {
    const { id } = await anAdoptedServer(all);
    const hour = midnight() - DAY + 5 * HOUR;
    await put(id, hour + MINUTE);
    const at = (time: number) => all.health.rollUp(new Date(time), keep);
    await at(hour + HOUR + MINUTE);
    await put(id, hour + 2 * MINUTE, 'failed', null);
    await at(hour + HOUR + 2 * MINUTE);
    await put(id, hour + HOUR + 3 * MINUTE);
    const range = { from: new Date(hour), until: new Date(hour + DAY), by: 'hour' } as const;
    expect(await all.health.history(id, range)).toMatchObject([
      { from: new Date(hour), checks: 2, good: 1 },
      { from: new Date(hour + HOUR), checks: 1 },
    ]);
    expect(await stage.prisma.healthHour.count()).toBe(1);
  });

  it('makes a part for each day, moves what had none, and loses nothing', async () => {
    const { id } = await anAdoptedServer(all);
    const today = midnight();
    await put(id, today + 1);
    await put(id, today - 2 * DAY);
    await put(id, today + 30 * DAY);
    expect(await partitions()).toEqual([['health_sample_default', 3]]);
    await Promise.all([1, 2].map(() => all.health.rollUp(new Date(today + HOUR), keep)));
    expect(await partitions()).toEqual([
      [nameOf(today - 2 * DAY), 1],
      [nameOf(today), 1],
      ...[1, 2, 3].map((days) => [nameOf(today + days * DAY), 0]),
      [nameOf(today + 30 * DAY), 1],
      ['health_sample_default', 0],
    ]);
    await put(id, today + 2);
    expect(await partitions()).toContainEqual([nameOf(today), 2]);
    expect(await all.health.uptimePercent(id, new Date(today))).toBe(100);
  });

  it('forgets samples, hours and days at their time', async () => {
    const { id } = await anAdoptedServer(all);
    const today = midnight();
    for (const days of [9, 8, 7]) await put(id, today - days * DAY);
    const short = { samplesDays: 8, hoursDays: 7, daysDays: 8 };
    await all.health.rollUp(new Date(today + HOUR), short);
    expect((await partitions()).slice(0, 2)).toEqual([
      [nameOf(today - 8 * DAY), 1],
      [nameOf(today - 7 * DAY), 1],
    ]);
    expect(await stage.prisma.healthHour.count()).toBe(1);
    expect(await stage.prisma.healthDay.count()).toBe(2);
  });

  it('goes on while checks are written', async () => {
    const { id } = await anAdoptedServer(all);
    const today = midnight();
    const writes = Array.from({ length: 40 }, (_, i) => put(id, today + i));
    await Promise.all([all.health.rollUp(new Date(today + HOUR), keep), ...writes]);
    expect(await stage.prisma.healthSample.count()).toBe(40);
  });

  it('knows nothing where nothing was measured', async () => {
    const { id } = await anAdoptedServer(all);
    expect(await all.health.uptimePercent(id, new Date(0))).toBeNull();
    await put(id, Date.now(), 'unknown', null);
    expect(await all.health.uptimePercent(id, new Date(0))).toBeNull();
  });
});
