import { expect, it } from 'vitest';
import { bareEnvironment, refusal } from './credentials.ts';

it.each([
  'TIME4VPS_LOGIN',
  'TIME4VPS_PASSWORD',
  'TELEGRAM_BOT_TOKEN',
  'SCRIPT_PROVISION',
  'OPENAI_API_KEY',
])('refuses %s and says how to go on without it', (name) => {
  const text = refusal({ PATH: '/bin', [name]: 'real-secret' });
  expect(text).toContain(`env -u ${name} npm run demo`);
  expect(text).not.toContain('real-secret');
});

it('takes an environment without credentials, empty ones included', () => {
  expect(refusal({ PATH: '/bin', TIME4VPS_LOGIN: '', ADMIN_TELEGRAM_IDS: '1' })).toBeNull();
});

it('hands on what programs need and nothing that configures an agent', () => {
  const env = {
    PATH: '/bin',
    HOME: '/h',
    DATABASE_URL: 'postgresql://real',
    SCRIPT_PROVISION: 'x',
  };
  expect(bareEnvironment(env)).toEqual({ PATH: '/bin', HOME: '/h' });
});
