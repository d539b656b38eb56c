import type { Server } from '#domain/server.ts';

/** Ports beside SSH, 80 and 443: the label `ports` (`8080/tcp,9000/udp`) until services exist. */
export function openPorts(server: Server): readonly { port: number; proto: 'tcp' | 'udp' }[] {
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
