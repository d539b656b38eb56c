import { expect, it } from 'vitest';
import { parseListening } from './listening-ports.ts';

it('keeps what listens beyond loopback, once', () => {
  const text = [
    'LISTEN 0      128          0.0.0.0:22        0.0.0.0:*',
    'LISTEN 0      128             [::]:22           [::]:*',
    'LISTEN 0      4096       127.0.0.1:5432      0.0.0.0:*',
    'LISTEN 0      4096           [::1]:5432         [::]:*',
    'LISTEN 0      511                *:8080            *:*',
    'LISTEN 0      4096   127.0.0.53%lo:53        0.0.0.0:*',
    'LISTEN 0      4096  172.17.0.1%docker0:9000  0.0.0.0:*',
    '',
  ].join('\n');
  expect(parseListening(text)).toEqual([22, 8080, 9000]);
});
