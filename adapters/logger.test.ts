import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import { createLogger } from './logger.ts';

function recorder(pretty = false, level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { log: createLogger({ level, pretty, destination }), lines };
}

describe('logger', () => {
  it('writes one JSON object per line with time, level and the fields of its parents', () => {
    const { log, lines } = recorder();
    log.child({ operation_id: 'op-1' }).child({ trace_id: 't-1' }).warn({ n: 1n }, 'hello');
    log.debug({}, 'below the level');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      operation_id: 'op-1',
      trace_id: 't-1',
      n: '1',
      msg: 'hello',
    });
  });

  it('never shows a secret, however deep, nor text under a telling name', () => {
    const { log, lines } = recorder();
    const secret = new Secret('s3cret');
    log.child({ secret }).info(
      {
        list: [secret, { map: new Map([['k', secret]]) }],
        password: 's3cret',
        nested: { api_key: 's3cret', Authorization: 's3cret', token: 's3cret' },
        error: Object.assign(new Error('failed', { cause: { privateKey: 's3cret' } }), {
          config: { auth: 's3cret' },
        }),
      },
      `the password is ${secret}`,
    );
    expect(lines.join()).not.toContain('s3cret');
    expect(lines.join()).toContain('***');
  });

  it('keeps what is said of an error, and survives circles', () => {
    const { log, lines } = recorder();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    log.error({ error: new Error('outer', { cause }), circle }, 'broken');
    const line = JSON.parse(lines[0] ?? '');
    expect(line.error).toMatchObject({
      name: 'Error',
      message: 'outer',
      stack: expect.stringContaining('logger.test'),
      cause: { message: 'refused', code: 'ECONNREFUSED' },
    });
  });

  it('is readable when pretty', async () => {
    const { log, lines } = recorder(true);
    log.info({ server_handle: 'vps-1' }, 'ready');
    await expect.poll(() => lines.join('')).toMatch(/INFO.*ready[\s\S]*server_handle: "vps-1"/);
  });
});
