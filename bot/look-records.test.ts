import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANN, type ChatStage, IVAN } from '#test/builders/chat-stage.ts';
import { first, lookStage, tap } from '#test/builders/look-stage.ts';

let stage: ChatStage;
beforeEach(async () => {
  ({ stage } = await lookStage());
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

describe('/services and /audit', () => {
  it('show services by server, and of one server', async () => {
    const { text } = await first(stage, IVAN, '/services');
    expect(text).toContain('❔ api · неизвестно');
    expect(text).toContain('⚠️ web · сертификат скоро истечёт');
    expect(text).toContain('✅ db · в порядке');
    const one = await first(stage, ANN, '/services vps-1001');
    expect(one.text).toContain('1 service');
    expect(one.text).not.toContain('vps-1002');
    stage.look.placed.pop();
    stage.look.placed.shift();
    expect((await tap(stage, ANN, one, '↻ Refresh')).text).toContain('No services are known');
    expect(await stage.ask(ANN, '/services vps-1003')).toContain('set-services');
  });

  it('says in sentences who did what, and finds a person or a server', async () => {
    await stage.ask({ ...ANN, username: 'ann' }, '/start');
    const all = await stage.ask(ANN, '/audit');
    for (const part of [
      ...['Ann', 'vps-1001 changed: care managed, notes The shop.', 'vps-1001: ready → error'],
      ...['ordered: recovery of vps-1001', 'operation failed. The server refused the login.'],
      ...[
        'nobody → a viewer',
        'server_reboot done',
        'frozen: moving <house>',
        'vps-1002: brand.new',
      ],
    ]) {
      expect(all).toContain(part);
    }
    expect(all).not.toMatch(/[{}"]/);
    const hers = await stage.ask({ ...ANN, username: 'ann' }, '/audit @Ann');
    expect(hers).toContain('Who did what: @ann');
    expect(hers).not.toContain('api:ci');
    expect(await stage.ask(ANN, '/audit vps-1002')).toContain('brand.new');
    expect(await stage.ask(ANN, '/audit api:ci')).toContain('a viewer');
    expect(await stage.ask(ANN, '/audit nobody-there')).toContain('I know no server');
  });

  it('turn the pages of the audit', async () => {
    const [entry] = stage.look.entries;
    if (!entry) throw new Error('no entry');
    for (let n = 0; n < 30; n++) stage.look.entries.push({ ...entry, action: `thing.n${n}` });
    const list = await first(stage, ANN, '/audit vps-1001');
    const next = await tap(stage, ANN, list, 'More ›');
    expect(next.text).toContain('Who did what: vps-1001');
    expect(next.text).toContain('11–20 of 35');
  });
});
