const UP = 0x1;
const GATEWAY = 0x2;
const COMPLETE = 0x2;

/** The router of the default route with the lowest metric, as /proc/net/route has it; null: none. */
export function defaultGateway(routes: string): string | null {
  const found = routes
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, to, , flags = '0', , , , mask]) => {
      const bits = Number.parseInt(flags, 16);
      return to === '00000000' && mask === '00000000' && bits & UP && bits & GATEWAY;
    })
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  const router = found[0]?.[2];
  if (router === undefined || !/^[0-9a-f]{8}$/i.test(router)) return null;
  // The kernel prints the address as a number of this machine: the last byte first.
  return (router.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

/** Whether /proc/net/arp holds a complete entry for the address. */
export const hasNeighbour = (table: string, address: string): boolean =>
  table.split('\n').some((line) => {
    const [ip, , flags = '0', hardware] = line.trim().split(/\s+/);
    return ip === address && (Number(flags) & COMPLETE) !== 0 && hardware !== '00:00:00:00:00:00';
  });
