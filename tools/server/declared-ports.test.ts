import { describe, expect, it } from 'vitest';
import { serverEntity } from '#test/builders/server-entity.ts';
import { declaredPorts, openPorts } from './declared-ports.ts';

describe('declared ports', () => {
  it('are the one in use for SSH, 80, 443, and what group, services and label declare', () => {
    const { connection } = serverEntity('vps-1');
    const server = serverEntity('vps-1', {
      connection: { ...connection, port: 2222 },
      openPorts: [8443, 5000],
      labels: { ports: '9000/udp 5000/tcp, 7000 nonsense 70000' },
    });
    expect(openPorts(server)).toEqual([
      { port: 5000, proto: 'tcp' },
      { port: 8443, proto: 'tcp' },
      { port: 9000, proto: 'udp' },
      { port: 7000, proto: 'tcp' },
    ]);
    expect([...declaredPorts(server)].sort((a, b) => a - b)).toEqual([
      80, 443, 2222, 5000, 7000, 8443,
    ]);
  });
});
