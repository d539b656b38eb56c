import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { apiStage } from '#test/builders/api-stage.ts';
import { all, chunksOf, until } from '#test/builders/api-stream.ts';
import { apiOperation } from '#test/fakes/api-operations.ts';

let close = async () => {};
afterEach(() => close());

/** The API on a real socket with one operation; `open` reads its stream. */
async function streamStage(streams: Parameters<typeof apiStage>[1] = {}) {
  const stage = await apiStage(undefined, streams);
  const url = await stage.app.listen({ host: '127.0.0.1', port: 0 });
  close = () => stage.app.close();
  const operation = stage.operations.put(apiOperation());
  const open = async (options: { headers?: Record<string, string>; query?: string } = {}) => {
    const stop = new AbortController();
    const response = await fetch(
      `${url}/api/operations/${operation.id}/events${options.query ?? ''}`,
      {
        headers: { authorization: 'Bearer read-token', ...options.headers },
        signal: stop.signal,
      },
    );
    return { response, stop: () => stop.abort(), chunks: chunksOf(response) };
  };
  return { ...stage, operation, open };
}

describe('GET /api/operations/{id}/events', () => {
  it('replays the rows, follows, and ends at the terminal status', async () => {
    const { operations, operation, open } = await streamStage();
    operations.emit(operation.id, { type: 'status', status: 'running', percent: 0 });
    operations.emit(operation.id, { type: 'step', step: 'reinstall', state: 'started' });
    const { response, chunks } = await open();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('no-cache');
    await until(chunks, 'event: step');
    operations.emit(operation.id, { type: 'task', text: 'line one\nline two', percent: 40 });
    operations.emit(operation.id, { type: 'status', status: 'succeeded', percent: 100 });
    const events = await all(chunks);
    expect(events.map(({ id, event }) => [id, event])).toEqual([
      ['3', 'task'],
      ['4', 'status'],
      [null, 'end'],
    ]);
    expect(events[0]?.data).toEqual({
      operation_id: operation.id,
      seq: 3,
      at: '2026-01-02T03:04:05.000Z',
      type: 'task',
      status: null,
      step: null,
      state: null,
      text: 'line one\nline two',
      percent: 40,
    });
    expect(events[2]?.data).toMatchObject({ id: operation.id, status: 'succeeded' });
  });

  it('goes on after Last-Event-ID, which counts more than ?after=', async () => {
    const { operations, operation, open } = await streamStage();
    for (let i = 0; i < 450; i += 1) operations.emit(operation.id, { type: 'task', text: `${i}` });
    operations.emit(operation.id, { type: 'status', status: 'failed' });
    const whole = await all((await open()).chunks);
    expect(whole.map(({ data }) => data.seq).slice(0, -1)).toEqual(
      Array.from({ length: 451 }, (_, i) => i + 1),
    );
    const after = await all((await open({ query: '?after=449' })).chunks);
    expect(after.map(({ id }) => id)).toEqual(['450', '451', null]);
    const headers = { 'last-event-id': '450' };
    const resumed = await all((await open({ headers, query: '?after=10' })).chunks);
    expect(resumed.map(({ id, event }) => [id, event])).toEqual([
      ['451', 'status'],
      [null, 'end'],
    ]);
    const done = await all((await open({ headers: { 'last-event-id': '451' } })).chunks);
    expect(done.map(({ event }) => event)).toEqual(['end']);
  });

  it('ends although the row ended without a status event', async () => {
    const { operations, operation, open } = await streamStage();
    const { chunks } = await open();
    await until(chunks, ': following');
    operations.put({ ...operation, status: 'cancelled' });
    expect((await all(chunks)).map(({ event }) => event)).toEqual(['end']);
  });

  it('sends heartbeats while nothing happens', async () => {
    const { open } = await streamStage({ streams: { heartbeatMs: 10 } });
    const { chunks, stop } = await open();
    await until(chunks, ': heartbeat');
    await until(chunks, ': heartbeat');
    stop();
  });

  it('waits while the database is gone and misses nothing', async () => {
    const { operations, operation, open, log } = await streamStage();
    const { chunks } = await open();
    await until(chunks, ': following');
    operations.gone = true;
    while (!log.lines.some(({ message }) => message === 'a stream waits for its rows')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    operations.emit(operation.id, { type: 'status', status: 'succeeded' });
    operations.gone = false;
    expect((await all(chunks)).map(({ event }) => event)).toEqual(['status', 'end']);
  });

  it('bounds open streams and gives a slot back when a reader leaves', async () => {
    const { open } = await streamStage({ streams: { maxStreamsPerToken: 1 } });
    const first = await open();
    await until(first.chunks, ': following');
    const refused = await open();
    expect(refused.response.status).toBe(429);
    expect(refused.response.headers.get('retry-after')).toBe('5');
    first.stop();
    let status = 429;
    while (status === 429) {
      const next = await open();
      status = next.response.status;
      next.stop();
    }
    expect(status).toBe(200);
  });

  it('stops reading rows when the reader leaves', async () => {
    const { operations, open } = await streamStage();
    let reads = 0;
    const events = operations.events;
    operations.events = (...input) => {
      reads += 1;
      return events(...input);
    };
    const { chunks, stop } = await open();
    await until(chunks, ': following');
    while (reads < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    stop();
    for (let before = -1; before !== reads; ) {
      before = reads;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  });

  it('lets the API close: the stream ends, the reader comes back later', async () => {
    const { open, app } = await streamStage();
    const { chunks } = await open();
    await until(chunks, ': following');
    const unused = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    await once(unused, 'connect');
    const closed = app.close();
    expect(await all(chunks)).toEqual([]);
    await closed;
  });

  it('ends a stream that is too old, without an end event', async () => {
    const { open } = await streamStage({ streams: { maxAgeMs: 20 } });
    expect(await all((await open()).chunks)).toEqual([]);
  });

  it.each(['abc', '-1', '1.5'])('refuses the Last-Event-ID %s', async (id) => {
    const { open } = await streamStage();
    const { response } = await open({ headers: { 'last-event-id': id } });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'invalid_input' });
  });
});
