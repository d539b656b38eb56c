import { describe, expect, it } from 'vitest';
import { createMetrics, METRICS } from './metrics.ts';

describe('metrics', () => {
  it('shows every promised figure from the first scrape on', async () => {
    const text = await createMetrics().render();
    for (const name of Object.keys(METRICS)) expect(text).toContain(`# HELP ${name} `);
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('counts, observes and sets, by labels', async () => {
    const metrics = createMetrics({ processFigures: false });
    metrics.count('incidents_total', { type: 'unreachable' });
    metrics.count('incidents_total', { type: 'unreachable' }, 2);
    metrics.observe('server_provisioning_duration_seconds', 45, { kind: 'rebuild' });
    metrics.gauge('zavhoz_queue_depth', 3, { queue: 'graph', state: 'waiting' });
    metrics.count('made_up_total', { a: 'b' });
    const text = await metrics.render();
    expect(text).toContain('incidents_total{type="unreachable"} 3');
    expect(text).toContain('server_provisioning_duration_seconds_bucket{le="60",kind="rebuild"} 1');
    expect(text).toContain('zavhoz_queue_depth{queue="graph",state="waiting"} 3');
    expect(text).toContain('made_up_total{a="b"} 1');
  });

  it('never throws: wrong labels, wrong kind, negative counts', async () => {
    const metrics = createMetrics({ processFigures: false });
    metrics.count('incidents_total', { type: 'x', unknown: 'y' });
    metrics.count('incidents_total', { type: 'x' }, -5);
    metrics.observe('incidents_total', 5);
    metrics.gauge('incidents_total', 5);
    expect(await metrics.render()).toContain('incidents_total{type="x"} 1');
  });

  it('adds up the figures of several processes', async () => {
    const [api, worker] = [createMetrics(), createMetrics()];
    api.count('incidents_total', { type: 'x' });
    worker.count('incidents_total', { type: 'x' }, 4);
    const snapshot: unknown = JSON.parse(JSON.stringify(await worker.snapshot()));
    expect(await api.render([snapshot])).toContain('incidents_total{type="x"} 5');
  });
});
