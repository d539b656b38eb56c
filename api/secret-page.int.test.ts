import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import { aServer } from '#test/builders/a-server.ts';
import { type ApiOverRows, apiOverRows } from '#test/builders/api-over-rows.ts';

const PASSWORD = `p"<&>'w-4711`;
const OWNER = 1n;

let rows: ApiOverRows;
let root: string;
let handle: string;
beforeAll(async () => {
  rows = await apiOverRows();
  await rows.app.listen({ port: 0, host: '127.0.0.1' });
  root = `http://127.0.0.1:${(rows.app.server.address() as AddressInfo).port}`;
  const { servers, credentials } = rows.stage.repositories;
  ({ handle } = await aServer({ servers }));
  await credentials.save({
    ...{ serverHandle: handle, kind: 'root_password', user: 'root' },
    secret: new Secret(PASSWORD),
  });
});
afterAll(() => rows.close());
beforeEach(async () => {
  await rows.stage.prisma.$executeRawUnsafe('TRUNCATE user_account, notification_outbox');
  for (const telegramId of [OWNER, 2n]) {
    await rows.stage.repositories.users.upsert({
      ...{ telegramId, username: null, firstName: null, lastName: null, languageCode: null },
      ...{ role: 'owner', seen: true },
    });
  }
});

async function link(): Promise<string> {
  const made = await rows.stage.repositories.secretLinks.create(handle, OWNER, 600);
  if (!made) throw new Error('no link');
  return `${root}/secret/${made.token.reveal()}`;
}
const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers });
const post = (url: string, form: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form) });
const sent = async (): Promise<readonly { receiver: bigint; code: string }[]> => {
  const found = await rows.stage.prisma.notificationOutbox.findMany({
    where: { kind: 'secret_code' },
    orderBy: { seq: 'asc' },
  });
  return found.map(({ receiver, params }) => ({
    receiver,
    code: String((params as Record<string, unknown>).code),
  }));
};
const codeOf = async () => (await sent()).at(-1)?.code ?? '';
const actions = async () =>
  (await rows.stage.prisma.auditEvent.findMany({ orderBy: { seq: 'asc' } }))
    .filter(({ action }) => action.startsWith('secret.'))
    .map(({ action, actor, target }) => `${action} ${actor} ${target}`);

describe('the page of a secret', () => {
  it('shows the password once, after a click and the code from the chat', async () => {
    const url = await link();
    const before = await actions();
    const first = await get(url);
    expect(first.status).toBe(200);
    expect(await first.text()).toContain('<form method="post">');
    expect(await sent()).toEqual([]);
    expect((await post(url, { send: '1' })).status).toBe(200);
    expect(await sent()).toEqual([{ receiver: OWNER, code: expect.stringMatching(/^\w{6}$/) }]);
    const code = await codeOf();
    const shown = await post(url, { code: ` ${code.toLowerCase()} ` });
    const html = await shown.text();
    expect(shown.status).toBe(200);
    expect(html).toContain('p&#34;&#60;&#38;&#62;&#39;w-4711');
    expect(html).toContain(handle);
    for (const again of [await get(url), await post(url, { code }), await post(url, {})]) {
      expect(again.status).toBe(410);
      expect(await again.text()).not.toContain('4711');
    }
    expect((await actions()).slice(before.length)).toEqual([
      `secret.opened tg:1 ${handle}`,
      `secret.shown tg:1 ${handle}`,
    ]);
  });

  it('is not kept, not indexed, not framed, and takes nothing from elsewhere', async () => {
    const { headers } = await get(await link());
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none';.*frame-ancestors 'none'/,
    );
  });

  it('is not used up by whoever only looks: previews, scanners, HEAD', async () => {
    const url = await link();
    for (let look = 0; look < 20; look++) {
      expect((await get(url, { 'user-agent': 'TelegramBot (like TwitterBot)' })).status).toBe(200);
    }
    await fetch(url, { method: 'HEAD' });
    expect(await sent()).toEqual([]);
    await post(url, {});
    expect((await post(url, { code: await codeOf() })).status).toBe(200);
  });

  it('speaks the language of the browser', async () => {
    const russian = await get(await link(), { 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.8' });
    expect(await russian.text()).toContain('Прислать код');
    const english = await get(await link(), { 'accept-language': 'en,ru;q=0.5' });
    expect(await english.text()).toContain('Send me the code');
  });

  it('sends the code once, and to nobody but the one who asked', async () => {
    const url = await link();
    await Promise.all(Array.from({ length: 5 }, () => post(url, {})));
    expect((await sent()).map(({ receiver }) => receiver)).toEqual([OWNER]);
  });

  it('is shown once when it is opened twice at the same moment', async () => {
    const url = await link();
    await post(url, {});
    const code = await codeOf();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(url, { code })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(9).fill(410)]);
  });

  it('ends for somebody who has the link and not the code', async () => {
    const url = await link();
    expect((await post(url, { code: 'AB2CDE' })).status).toBe(410);
    await post(url, {});
    const wrong = [];
    for (let i = 0; i < 5; i++) wrong.push((await post(url, { code: 'AB2CDE' })).status);
    expect(wrong).toEqual([403, 403, 403, 403, 410]);
    expect((await post(url, { code: await codeOf() })).status).toBe(410);
    expect((await actions()).filter((a) => a.startsWith('secret.wrong_code'))).not.toEqual([]);
  });

  it('does not take the code of another link', async () => {
    const [mine, other] = [await link(), await link()];
    await post(mine, {});
    const code = await codeOf();
    await post(other, {});
    expect((await post(other, { code })).status).toBe(403);
  });

  it.each(['before it is opened', 'after the code was sent'])(
    'ends with the role of its person, %s',
    async (when) => {
      const url = await link();
      if (when.startsWith('after')) await post(url, {});
      const code = await codeOf();
      await rows.stage.repositories.users.setRole(OWNER, 'operator', 'tg:2');
      expect((await get(url)).status).toBe(410);
      expect((await post(url, code === '' ? {} : { code })).status).toBe(410);
      // Nor does it come back with the role.
      await rows.stage.repositories.users.setRole(OWNER, 'owner', 'tg:2');
      expect((await get(url)).status).toBe(410);
    },
  );

  it('is made for owners only, and only where there is a password', async () => {
    const { secretLinks, users, servers } = rows.stage.repositories;
    await users.setRole(OWNER, 'operator', 'tg:2');
    await expect(secretLinks.create(handle, OWNER, 600)).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await secretLinks.create((await aServer({ servers })).handle, 2n, 600)).toBeNull();
  });

  it('is gone when it never was, and says it in no other words', async () => {
    const unknown = await get(`${root}/secret/${'x'.repeat(43)}`);
    expect(unknown.status).toBe(410);
    expect((await post(`${root}/secret/x`, { code: 'AB2CDE' })).status).toBe(410);
  });

  it('stands in the database by its hash only', async () => {
    const url = await link();
    await post(url, {});
    const [row] = await rows.stage.prisma.secretLink.findMany({ orderBy: { createdAt: 'desc' } });
    const text = JSON.stringify({ ...row, ownerId: Number(row?.ownerId) });
    expect(text).not.toContain(url.split('/').at(-1));
    expect(text).not.toContain(await codeOf());
  });

  it('expires', async () => {
    const url = await link();
    await post(url, {});
    const code = await codeOf();
    rows.stage.clock.advance(601);
    expect((await get(url)).status).toBe(410);
    expect((await post(url, { code })).status).toBe(410);
  });
});
