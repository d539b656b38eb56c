import type { Server } from '#domain/server.ts';

export interface OpenPort {
  readonly port: number;
  readonly proto: 'tcp' | 'udp';
}

/** Ports beside SSH, 80 and 443: the group's, the services', and the label `ports` (`8080/tcp,9000/udp`). */
export function openPorts(server: Server): readonly OpenPort[] {
  const tcp = new Set(server.openPorts);
  const labelled = labelledPorts(server).filter(
    ({ port, proto }) => proto === 'udp' || !tcp.has(port),
  );
  return [
    ...[...tcp].sort((a, b) => a - b).map((port) => ({ port, proto: 'tcp' as const })),
    ...labelled,
  ];
}

function labelledPorts(server: Server): readonly OpenPort[] {
  const words = (server.labels.ports ?? '').split(/[\s,]+/).filter((word) => word !== '');
  return words.flatMap((word) => {
    const match = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(word);
    const port = Number(match?.[1]);
    return match && port >= 1 && port <= 65_535
      ? [{ port, proto: match[2] === 'udp' ? ('udp' as const) : ('tcp' as const) }]
      : [];
  });
}

/** TCP ports that may answer from outside. */
export function declaredPorts(server: Server): ReadonlySet<number> {
  const declared = openPorts(server).filter(({ proto }) => proto === 'tcp');
  return new Set([server.connection.port, 80, 443, ...declared.map(({ port }) => port)]);
}
