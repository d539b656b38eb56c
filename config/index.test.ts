import { describe, expect, it } from 'vitest';
import { PHASES_TOTAL_SECONDS } from '#domain/phases.ts';
import { loadConfig } from './index.ts';

describe('loadConfig', () => {
  it('starts with nothing set and says what is off', () => {
    const config = loadConfig({}, '/srv/zavhoz');
    expect(config.dataDir).toBe('/srv/zavhoz/data');
    expect(config.settings.PORT).toBe(8000);
    expect(config.settings.PROVISIONING_TIMEOUT).toBe(3000);
    expect(config.settings.ZAVHOZ_LOG_PRETTY).toBeUndefined();
    expect(config.off.map((row) => row.set)).toEqual([
      'TELEGRAM_BOT_TOKEN',
      'TIME4VPS_LOGIN and TIME4VPS_PASSWORD',
      'OPENAI_API_KEY',
    ]);
  });

  it('names every wrong variable at once', () => {
    const env = {
      PORT: 'http',
      PROVISIONING_TIMEOUT: String(PHASES_TOTAL_SECONDS - 1),
      ADMIN_TELEGRAM_IDS: '12,ann',
      DATABASE_URL: 'mysql://x',
      TIME4VPS_LOGIN: 'ann@example.org',
    };
    expect(() => loadConfig(env, '/')).toThrowError(
      /PORT: .*PROVISIONING_TIMEOUT: must be at least \d+.*ADMIN_TELEGRAM_IDS.*/s,
    );
    expect(() => loadConfig({ TIME4VPS_LOGIN: 'a@b' }, '/')).toThrowError(
      /TIME4VPS_PASSWORD: is required/,
    );
  });

  it('takes a webhook only where Telegram can call it', () => {
    const load = (ZAVHOZ_PUBLIC_URL?: string, more = {}) =>
      loadConfig({ TELEGRAM_UPDATES: 'webhook', ZAVHOZ_PUBLIC_URL, ...more }, '/').settings;
    const wrong = /ZAVHOZ_PUBLIC_URL: must be an https URL on port 443, 80, 88 or 8443/;
    expect(() => load()).toThrowError(wrong);
    expect(() => load('http://bot.example')).toThrowError(wrong);
    expect(() => load('https://bot.example:9000')).toThrowError(wrong);
    expect(load('https://bot.example:8443/z').TELEGRAM_UPDATES).toBe('webhook');
    const secret = { TELEGRAM_WEBHOOK_SECRET: 'short' };
    expect(() => load('https://bot.example', secret)).toThrowError(/SECRET: must be 16 to 256/);
    expect(() => loadConfig({ TELEGRAM_UPDATES: 'both' }, '/')).toThrowError(/TELEGRAM_UPDATES/);
  });

  it('treats a blank variable as not set', () => {
    expect(loadConfig({ PORT: '', REDIS_URL: '' }, '/').settings.REDIS_URL).toBeUndefined();
  });

  it('keeps secrets out of what is printed', () => {
    const { settings } = loadConfig({ TELEGRAM_BOT_TOKEN: '12345:letmein' }, '/');
    expect(JSON.stringify(settings)).not.toContain('letmein');
    expect(settings.TELEGRAM_BOT_TOKEN?.reveal()).toBe('12345:letmein');
  });

  it('splits lists', () => {
    const { settings } = loadConfig({ TIME4VPS_MANAGED_SERVER_IDS: '1001, 1002' }, '/');
    expect(settings.TIME4VPS_MANAGED_SERVER_IDS).toEqual(['1001', '1002']);
  });
});
