import { OpsError } from '#domain/errors.ts';

/** The hosts of each play, as `ansible-playbook --list-hosts` prints them. */
export function parseListedHosts(output: string): readonly (readonly string[])[] {
  const plays: string[][] = [];
  let left = 0;
  for (const line of output.split('\n')) {
    const count = /^\s*hosts \((\d+)\):\s*$/.exec(line)?.[1];
    if (count !== undefined) {
      plays.push([]);
      left = Number(count);
    } else if (left > 0 && line.trim() !== '') {
      plays.at(-1)?.push(line.trim());
      left--;
    }
  }
  return plays;
}

/** Throws `identity_mismatch` unless every play is for this one host and there is a play at all. */
export function requireOneHost(output: string, handle: string): void {
  const plays = parseListedHosts(output);
  const wrong = plays.find((hosts) => hosts.length !== 1 || hosts[0] !== handle);
  if (plays.length > 0 && wrong === undefined) return;
  const found = wrong === undefined ? 'no play' : wrong.length === 0 ? 'no host' : wrong.join(', ');
  throw new OpsError(
    'identity_mismatch',
    `The playbook would run on ${found} instead of exactly ${handle}.`,
  );
}
