import { describe, expect, it } from 'vitest';
import { errorOf, parseAnswer } from './answer.ts';
import { ServerDetails, ServerList, Started, Task } from './schema.ts';
import { toTask } from './tasks.ts';

const same = (text: string) => text;
const error = (body: unknown, status = 200, headers = {}) =>
  errorOf({ status, headers, body }, same);

describe('errorOf', () => {
  it.each([
    [{ error: [['wait_x_between_action', 24], 'unauthorized'] }, 401, 24_000],
    [{ error: [['wait_x_between_action', '5'], 'unauthorized'] }, 200, 5000],
    [{ error: ['unauthorized', ['wait_x_between_action']] }, 401, 30_000],
    [{ error: [['wait_x_between_action', -1]] }, 401, 30_000],
    [{ error: [['wait_x_between_action', 1e9]] }, 401, 3_600_000],
    ['', 429, 30_000],
  ])('a throttle is no refused login: %j', (body, status, retryAfterMs) => {
    expect(error(body, status)).toMatchObject({ code: 'rate_limited', retryAfterMs });
  });

  it('takes Retry-After of a 429', () => {
    expect(error('', 429, { 'retry-after': '9' })?.retryAfterMs).toBe(9000);
  });

  it.each([
    [{ error: ['wronglogin', 'unauthorized'] }, 401, 'upstream_login'],
    [{ error: ['wronglogin', 'unauthorized'] }, 200, 'upstream_login'],
    [{ error: ['ipnotallowed', 'unauthorized'] }, 401, 'upstream_login'],
    [{ error: ['unauthorized'] }, 401, 'upstream_login'],
    [{ error: 'Invalid task ID' }, 200, 'not_found'],
    [{ error: ['Server not found'] }, 404, 'not_found'],
    [{ error: ['Server is busy: server_reboot'] }, 200, 'busy'],
    [{ error: ['Service suspended'] }, 200, 'suspended'],
    [{ error: { code: 'strange' } }, 200, 'upstream'],
    // A cause nobody has seen yet must not end the wait for a password.
    [{ error: ['strange', 'unauthorized'] }, 401, 'upstream'],
    ['<html>', 401, 'upstream_login'],
    ['<html>', 403, 'upstream'],
    ['<html>', 500, 'unavailable'],
    ['', 302, 'upstream'],
  ])('%j with status %i is %s', (body, status, code) => {
    expect(error(body, status)?.code).toBe(code);
  });

  it.each([[{ error: [] }], [{ error: null }], [{ error: false }], [[]], [{ task_id: 1 }]])(
    'sees no error in %j',
    (body) => {
      expect(error(body)).toBeNull();
    },
  );

  it('shows no secret that an error quotes', () => {
    const answer = { status: 200, headers: {}, body: { error: ['bad hunter2 given'] } };
    const shown = errorOf(answer, (text) => text.replaceAll('hunter2', '***'));
    expect(shown?.message).toContain('bad *** given');
  });
});

describe('schemas', () => {
  it('names the field that is wrong and shows no value', () => {
    const parse = () => parseAnswer(ServerList, [{ server_id: 'letmein' }], '/server');
    expect(parse).toThrow(/\/server .*0\/server_id/);
    expect(parse).not.toThrow(/letmein/);
    expect(() => parseAnswer(Started, {}, '/x')).toThrow(/task_id/);
    expect(() => parseAnswer(Task, { name: 'x' }, '/x')).toThrow(/completed: is missing/);
    expect(() => parseAnswer(ServerDetails, [], '/server/1')).toThrow(/the whole answer/);
  });

  it('reads addresses of both families, and none where there is none', () => {
    const details = (fields: object) =>
      parseAnswer(ServerDetails, { status: 'Active', ...fields }, '/server/1');
    const both = details({ ip: '192.0.2.1', additional_ip: ['192.0.2.2', '2001:db8::1'] });
    expect(both).toMatchObject({ ipv4: '192.0.2.1', ipv6: '2001:db8::1', state: 'active' });
    expect(details({ ip: '', additional_ip: '' })).toMatchObject({ ipv4: null, ipv6: null });
    expect(parseAnswer(ServerList, [{ server_id: 7, ip: 'pending' }], '/server')[0]).toMatchObject({
      ref: '7',
      ipv4: null,
    });
  });

  it.each([
    [null, null],
    ['', null],
    [[], null],
    [false, null],
    [{}, null],
    ['server_reboot', 'server_reboot'],
    [{ name: 'server_recreate' }, 'server_recreate'],
    [{ id: 5 }, 'a task'],
  ])('active_task %j is %j', (active_task, expected) => {
    const details = parseAnswer(ServerDetails, { status: 'Active', active_task }, '/server/1');
    expect(details.activeTask).toBe(expected);
  });
});

describe('toTask', () => {
  const task = (fields: object) =>
    parseAnswer(Task, { name: 'x', activated: '2026-01-01T10:00:00+02:00', ...fields }, '/task');

  it('is running until completed is set, whatever results say', () => {
    const early = task({ completed: '', results: 'Password: secret1' });
    expect(toTask('1', 'reset_password', early)).toMatchObject({
      state: 'running',
      password: null,
    });
    expect(toTask('1', 'reboot', task({ completed: '0000-00-00 00:00:00' })).state).toBe('running');
  });

  it('never quotes results that speak of a password', () => {
    const odd = task({ completed: 'now', results: 'Error: your pass-word (secret1) was not set' });
    const told = toTask('1', 'reset_password', odd);
    expect(told.state).toBe('failed');
    expect(told.message).not.toContain('secret1');
  });

  it('takes no password from a reboot', () => {
    const odd = task({ completed: 'now', results: 'Password: secret1' });
    expect(toTask('1', 'reboot', odd)).toMatchObject({ state: 'done', password: null });
  });
});
