import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClock } from '#adapters/clock.ts';
import { createHttpFactory } from '#adapters/http.ts';
import { quietLog } from '#test/builders/quiet-log.ts';
import { type ProviderHarness, providerContract } from '#test/contracts/provider-contract.ts';
import { manual } from './manual.ts';

const programs = { run: () => Promise.reject(new Error('no programs here')) };

function create(webhookUrl?: string, log = quietLog()) {
  const http = createHttpFactory({ log });
  return manual.create({ webhookUrl }, { http, programs, clock: createClock(), log });
}

providerContract<ProviderHarness>({
  definition: manual,
  env: { MANUAL_WEBHOOK_URL: '' },
  wrongSettings: { webhookUrl: 'ftp://example.org' },
  open: async () => {
    const log = quietLog();
    return {
      provider: create(undefined, log),
      ref: 'rack-7',
      logged: () => log.lines.join('\n'),
      deadlines: () => [],
      secrets: () => [],
      starts: () => 0,
      close: async () => {},
    };
  },
});

describe('the webhook of the manual provider', () => {
  const calls: { path: string; body: unknown }[] = [];
  let status = 200;
  let url = '';
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      calls.push({ path: request.url ?? '', body: JSON.parse(text) });
      response.writeHead(status).end();
    });
  });

  beforeEach(async () => {
    calls.length = 0;
    status = 200;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=letmein`;
  });
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it('is told once what has to be done, with the text that the human reads', async () => {
    const provider = create(url);
    const text = provider.byHand?.('rack-7', 'reset_password');
    provider.byHand?.('rack-7', 'reset_password');
    provider.byHand?.('rack-7', 'reboot');
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    expect(calls.map(({ path }) => path)).toEqual(['/hook?key=letmein', '/hook?key=letmein']);
    expect(calls.map(({ body }) => body)).toContainEqual({
      event: 'action_needed',
      provider: 'manual',
      server_ref: 'rack-7',
      action: 'reset_password',
      text,
    });
  });

  it('may fail: the outcome is the same, its address is not logged', async () => {
    status = 500;
    const log = quietLog();
    const provider = create(url, log);
    expect(provider.byHand?.('rack-7', 'reboot')).toContain('rack-7');
    await vi.waitFor(() => expect(log.lines.join()).toContain('webhook failed'));
    expect(log.lines.join()).not.toContain('letmein');
    // Told again when it is asked again: it never arrived.
    status = 200;
    provider.byHand?.('rack-7', 'reboot');
    await vi.waitFor(() => expect(calls).toHaveLength(2));
  });
});
