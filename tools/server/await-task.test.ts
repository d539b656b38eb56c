import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { toolDoor as stage } from '#test/support/tool-door.ts';
import { serverAwaitTask } from './await-task.ts';

describe('server_await_task', () => {
  it('waits through rate limits and passing faults, and returns no password', async () => {
    const { tools, polls, saved, elapsed } = stage();
    polls.push(
      new OpsError('rate_limited', 'slow down', { retryAfterMs: 24_000 }),
      new OpsError('unavailable', 'reset'),
      'running',
      'done',
    );
    const result = await tools.call(serverAwaitTask, { action: 'reset_password', task_id: '5' });
    expect(result).toEqual({ credential_id: 'c1', message: '' });
    expect(saved.map((secret) => secret.reveal())).toEqual(['fresh']);
    expect(elapsed()).toBe(24_000 + 5000 + 5000);
  });

  it('gives up at its limit, and at once on what will not pass', async () => {
    const late = stage();
    late.polls.push(...Array.from({ length: 50 }, () => 'running' as const));
    await expect(
      late.tools.call(serverAwaitTask, { action: 'reset_password', task_id: '5' }),
    ).rejects.toMatchObject({ code: 'timeout' });
    const wrong = stage();
    wrong.polls.push(new OpsError('upstream_login', 'wrong login'));
    await expect(
      wrong.tools.call(serverAwaitTask, { action: 'reset_password', task_id: '5' }),
    ).rejects.toMatchObject({ code: 'upstream_login' });
  });
});
