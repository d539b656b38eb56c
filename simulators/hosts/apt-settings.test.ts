import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archiveUris, readAptSettings } from './apt-settings.ts';
import type { Run } from './run.ts';

const SOURCES = 'deb http://m.example/debian x main\ndeb http://m.example/debian-security x main\n';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'apt-settings-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = async (path: string, text: string) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};
const dump =
  (stdout: string): Run =>
  async () => ({ code: 0, stdout, stderr: '' });

test('finds this machine’s mirrors in deb822 files, among third-party ones', async () => {
  await put('etc/apt/sources.list.d/a-nodesource.sources', 'URIs: https://deb.example.net/node\n');
  await put(
    'etc/apt/sources.list.d/debian.sources',
    'Types: deb\n# URIs: http://old.example/debian\nURIs: http://mirror.example/debian/\n\n' +
      'Types: deb\nURIs: http://mirror.example/debian-security\n',
  );
  const settings = await readAptSettings({ root, run: dump('') });
  expect(settings.mirror).toBe('http://mirror.example/debian');
  expect(settings.securityMirror).toBe('http://mirror.example/debian-security');
});

test('says what is missing where the machine names no Debian archive, as on Ubuntu', async () => {
  await put('etc/apt/sources.list', 'deb http://archive.example/ubuntu jammy main\n');
  await expect(readAptSettings({ root, run: dump('') })).rejects.toThrow(/Enabled: no/);
  await put(
    'etc/apt/sources.list.d/debian.sources',
    'Enabled: no\nURIs: http://mirror.example/debian http://mirror.example/debian-security\n',
  );
  expect((await readAptSettings({ root, run: dump('') })).mirror).toBe(
    'http://mirror.example/debian',
  );
});

test('takes over proxies and date checks, and nothing else of apt’s settings', async () => {
  const lines = [
    'APT::Architecture "amd64";',
    'Acquire::http::Proxy "http://proxy.example:3142";',
    'Acquire::https "";',
    'Acquire::Check-Date "false";',
    'Acquire::cdrom::mount "/media/cdrom/";',
  ];
  await put('etc/apt/sources.list', SOURCES);
  const settings = await readAptSettings({ root, run: dump(lines.join('\n')) });
  expect(settings.conf).toBe(`${lines[1]}\n${lines[3]}\n`);
});

test('a machine without apt-config still gets settings, and its certificates are taken', async () => {
  await put('etc/apt/sources.list', SOURCES);
  await put('usr/local/share/ca-certificates/own.crt', 'PEM');
  await put('usr/local/share/ca-certificates/readme.txt', 'no');
  const run: Run = () => Promise.reject(new Error('not found'));
  const settings = await readAptSettings({ root, run });
  expect(settings.conf).toBe('');
  expect(settings.certificates).toEqual([{ name: 'own.crt', pem: 'PEM' }]);
});

test('reads one-line entries with and without options', () => {
  const text =
    'deb [arch=amd64 signed-by=/k.gpg] https://a.example/debian bookworm main\ndeb-src http://b.example/debian x\n';
  expect(archiveUris(text)).toEqual(['https://a.example/debian']);
});
