import { expect, test } from 'vitest';
import { parseSettings } from './settings.ts';

const given = { label: 'demo', login: 'me', password: 'p', controlToken: 't' };

test('fills in what is usual', () => {
  expect(parseSettings(given)).toMatchObject({ ...given, firstId: 1001, machines: 'containers' });
});

test('names everything that is wrong at once', () => {
  const wrong = { ...given, label: 7, port: '80', machines: 'clouds', colour: 'red' };
  expect(() => parseSettings(wrong)).toThrow(
    /label must be a string; port must be a number; colour is not known; machines must be/,
  );
});
