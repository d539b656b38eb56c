import { describe, expect, it } from 'vitest';
import type { Server } from '#domain/server.ts';
import { serverEntity } from '#test/builders/server-entity.ts';
import { translator } from '../locales/translate.ts';
import { VERBS, verbButton, verbsFor } from './verbs.ts';

const verbs = (over: Partial<Server>, role: Parameters<typeof verbsFor>[1] = 'owner') =>
  verbsFor(serverEntity('vps-1', over), role).join(' ');

describe('what a card offers', () => {
  it.each([
    [{ status: 'ready' }, 'reboot maint reset rebuild mode care hands'],
    [{ status: 'error' }, 'recover reboot provision maint reset rebuild mode care hands'],
    [{ status: 'discovered' }, 'provision maint reset rebuild mode care hands'],
    [{ status: 'provisioning' }, 'maint reset rebuild mode care hands'],
    [{ status: 'maintenance', statusBefore: 'ready' }, 'reset rebuild mode care hands'],
    [{ status: 'ready', handsOff: true }, 'maint mode care'],
    [{ status: 'ready', care: 'watch' }, 'maint care'],
    [{ status: 'ready', care: 'none' }, 'care'],
    [{ status: 'reserved' }, ''],
    [{ status: 'decommissioned' }, ''],
  ] as const)('an owner, of a server that is %j: %s', (over, expected) => {
    expect(verbs(over)).toBe(expected);
  });

  it('keeps from operators what is the owner’s, and all of it from viewers', () => {
    expect(verbs({ status: 'error' }, 'operator')).toBe(
      'recover reboot provision maint reset hands',
    );
    expect(verbs({ status: 'error' }, 'viewer')).toBe('');
    expect(verbs({ status: 'error' }, null)).toBe('');
  });

  it('fits into a button, in every language', () => {
    const id = '01930000-0000-7000-8000-000000000001';
    for (const verb of VERBS) {
      const { text, data } = verbButton(translator('ru'), verb, { id });
      expect(text).not.toBe('');
      // Room for the choice that a further button adds.
      expect(Buffer.byteLength(`${data}.observe`)).toBeLessThanOrEqual(64);
    }
  });
});
