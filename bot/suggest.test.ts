import { describe, expect, it } from 'vitest';
import { distance, suggest } from './suggest.ts';

const COMMANDS = [
  ...['status', 'servers', 'server', 'incidents', 'operations', 'services', 'audit', 'approvals'],
  ...['provision', 'rebuild', 'reboot', 'recover', 'cancel', 'freeze', 'rearm', 'maint', 'help'],
];
const first = (text: string) => suggest(text, COMMANDS)[0];

describe('the nearest command', () => {
  it.each([
    ['статус', 'status'],
    ['как дела?', 'status'],
    ['что сломано', 'incidents'],
    ["what's broken", 'incidents'],
    ['/incdents', 'incidents'],
    ['/statsu', 'status'],
    ['Servers', 'servers'],
    ['покажи серверы', 'servers'],
    ['rebuild 1001', 'rebuild'],
    ['переустанови vps-1001', 'rebuild'],
    ['перезагрузи 1001', 'reboot'],
    ['stop everything', 'freeze'],
    ['останови всё', 'freeze'],
    ['прерви операцию', 'cancel'],
    ['кто сделал это', 'audit'],
    ['помощь', 'help'],
    ['сертификаты', 'services'],
    ['maintenance of vps-1', 'maint'],
    ['восстанови vps-7', 'recover'],
  ])('%s is /%s', (text, command) => {
    const all = suggest(text, COMMANDS).map((one) => one.command);
    expect(all).toContain(command);
    expect(all.length).toBeLessThanOrEqual(3);
  });

  it('is the best one first, with what was said beside it', () => {
    expect(first('rebuild 1001')).toEqual({ command: 'rebuild', rest: ['1001'] });
    expect(first('reboot vps-7 now')).toEqual({ command: 'reboot', rest: ['vps-7', 'now'] });
    expect(first('rebiuld 1001')).toEqual({ command: 'rebuild', rest: ['1001'] });
    expect(first('/server@zavhoz_bot vps-1')).toMatchObject({ command: 'server' });
  });

  it.each(['', '   ', '12345', 'привет мир', 'xyzzy', '😀', 'a'.repeat(5000)])(
    'is none for %j',
    (text) => {
      expect(suggest(text, COMMANDS)).toEqual([]);
    },
  );

  it('offers only what this person may use', () => {
    expect(suggest('rebuild 1001', ['status', 'help'])).toEqual([]);
  });
});

describe('distance', () => {
  it.each([
    ['status', 'status', 0],
    ['statsu', 'status', 1],
    ['stats', 'status', 1],
    ['statuss', 'status', 1],
    ['stauts', 'status', 1],
    ['reboot', 'rebuild', 4],
    ['', 'ab', 2],
    ['a', 'abcdefgh', 7],
  ])('%s to %s is %i', (a, b, slips) => {
    expect(distance(a, b)).toBe(slips);
    expect(distance(b, a)).toBe(slips);
  });
});
