import { beforeEach, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { Secret } from '#domain/secret.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { apiServer } from '#test/fakes/api-servers.ts';

const SECRET = 'a-secret-of-the-webhook';
const URL = '/telegram/webhook/key';
const update = { update_id: 7, message: { text: 'hello', chat: { id: 1 } } };

let stored: object[];
let fails: Error | null;
let stage: Awaited<ReturnType<typeof apiStage>>;
beforeEach(async () => {
  stored = [];
  fails = null;
  const store = async (one: object) => {
    if (fails) throw fails;
    stored.push(one);
  };
  const telegram = { key: 'key', secret: new Secret(SECRET), store };
  stage = await apiStage([apiServer('vps-1001')], { telegram });
});
const call = (url = URL, secret: string | null = SECRET, body: unknown = update) =>
  stage.call('POST', url, {
    ...{ as: null, body },
    headers: secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret },
  });

it('stores an update before it says so', async () => {
  expect((await call()).status).toBe(200);
  expect(stored).toEqual([update]);
  fails = new OpsError('storage_unavailable', 'The database does not answer.');
  expect((await call()).status).toBe(503);
});

it('tells nobody else anything', async () => {
  const wrong = await call(URL, 'a-secret-of-the-webhooK');
  expect([wrong.status, wrong.text]).toEqual([401, '']);
  expect((await call(URL, null)).status).toBe(401);
  const elsewhere = await call('/telegram/webhook/other');
  const nowhere = await call('/telegram/webhuk/other');
  expect(elsewhere.status).toBe(404);
  expect(elsewhere.body).toEqual({
    ...nowhere.body,
    detail: 'There is no POST /telegram/webhook/other.',
    request_id: elsewhere.body.request_id,
  });
  expect((await call(URL, null, 'x'.repeat(100_000))).status).toBe(401);
  expect(stored).toEqual([]);
  expect(JSON.stringify(stage.log.lines)).not.toContain(SECRET);
});

it('takes what people write at greatest length, and refuses what is no update', async () => {
  const long = { ...update, message: { ...update.message, text: 'я'.repeat(60_000) } };
  expect((await call(URL, SECRET, long)).status).toBe(200);
  expect((await call(URL, SECRET, { hello: 1 })).status).toBe(422);
  expect(stored).toEqual([long]);
});

it('is not there unless it is wanted, and stands in no document', async () => {
  const without = await apiStage();
  const answer = await without.call('POST', URL, { as: null, body: update });
  expect(answer.status).toBe(404);
  expect(JSON.stringify(stage.app.swagger())).not.toContain('webhook/');
});
