import { expect, it } from 'vitest';
import { parseOptions } from './options.ts';
import { placesOf } from './places.ts';

it('has defaults, and lets the set-up its --yes', () => {
  const defaults = { clean: false, help: false, dir: 'demo-data', port: 8100 };
  expect(parseOptions([])).toEqual(defaults);
  expect(parseOptions(['--yes', ''])).toEqual(defaults);
  expect(parseOptions(['--clean', '--dir', 'x', '--port', '9000'])).toEqual({
    ...{ clean: true, help: false, dir: 'x', port: 9000 },
  });
});

it.each([
  [['--cleen'], /cleen/],
  [['clean'], /clean/],
  [['--port', 'http'], /--port must be a number/],
  [['--port', '70000'], /--port must be a number/],
  [['--dir', ' '], /--dir must name a folder/],
])('refuses %j', (argv, message) => {
  expect(() => parseOptions(argv)).toThrow(message);
});

it('keeps the demos of two folders apart, and shows paths as people write them', () => {
  const here = placesOf('demo-data', '/home/me/zavhoz');
  const there = placesOf('demo-data', '/home/you/zavhoz');
  expect(here.label).toMatch(/^demo-[0-9a-f]{6}$/);
  expect(there.label).not.toBe(here.label);
  expect(here.shown(here.agentLog)).toBe('demo-data/agent.log');
  expect(here.shown('/var/log/x')).toBe('/var/log/x');
});
