import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk } from './fault-desk.ts';
import { createMemoryStage, type MemoryStage } from './memory-stage.ts';

const IP = '192.0.2.77';
const FIRST_PASSWORD = 'given by hand, once';

/** A provider without an API: the agent says what it needs, waits for a human's word, and goes on. */
describe('a server of the manual provider', () => {
  let stage: MemoryStage;
  let desk: ReturnType<typeof createDesk>;
  let webhook: Server;
  const posted: string[] = [];

  beforeAll(async () => {
    webhook = createServer((request, response) => {
      request.on('data', (chunk) => posted.push(String(chunk)));
      request.on('end', () => response.end('{}'));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => webhook.once('listening', resolve));
    const { port } = webhook.address() as AddressInfo;
    stage = await createMemoryStage({ MANUAL_WEBHOOK_URL: `http://127.0.0.1:${port}/hook` });
    desk = createDesk(stage);
  });
  afterAll(async () => {
    await stage?.remove();
    webhook?.close();
  });

  const answer = (id: string, body: object) =>
    stage.call('POST', `/api/input-requests/${id}/answer`, body);

  it('is provisioned with a password that a human enters', async () => {
    stage.hosts.wipe(IP, FIRST_PASSWORD);
    const made = await stage.call('POST', '/api/servers', {
      handle: 'vps-attic',
      provider_account: 'manual',
      provider_ref: 'attic',
      care: 'managed',
      connection: { ipv4: IP },
    });
    expect(made).toMatchObject({ status: 201, body: { status: 'discovered', care: 'managed' } });
    expect((await stage.call('POST', '/api/servers/vps-attic/provision', {})).status).toBe(202);
    const question = await desk.question('vps-attic');
    expect(question.kind).toBe('secret');
    await stage.until('the webhook to be told', 60, async () =>
      posted.some((t) => t.includes('attic')),
    );
    expect((await answer(question.id, { secret: FIRST_PASSWORD })).status).toBe(200);
    await desk.becomes('vps-attic', 'ready');
    expect(stage.log()).not.toContain(FIRST_PASSWORD);
  });

  it('is rebuilt once a human says that it was reinstalled', async () => {
    expect((await desk.rebuild('vps-attic')).status).toBe(202);
    const done = await desk.question('vps-attic');
    expect(done.kind).toBe('confirm');
    // What the human does in the meantime: a new disk, a new host key, a new password.
    stage.hosts.wipe(IP, 'the second one');
    expect((await answer(done.id, { done: true })).status).toBe(200);
    const password = await desk.question('vps-attic');
    expect(password.kind).toBe('secret');
    expect((await answer(password.id, { secret: 'the second one' })).status).toBe(200);
    await desk.becomes('vps-attic', 'ready');
    expect((await desk.last('vps-attic')).status).toBe('succeeded');
  });

  it('ends with a status when nobody wants to do it', async () => {
    await desk.rebuild('vps-attic');
    const { id } = await desk.question('vps-attic');
    expect((await stage.call('POST', `/api/input-requests/${id}/decline`, {})).status).toBe(200);
    await stage.until(
      'the end',
      30,
      async () => (await desk.last('vps-attic')).status === 'cancelled',
    );
  });
});
