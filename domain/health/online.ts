/** A witness that was silent for longer does not count: some are blocked where people live. */
export const WITNESS_SILENCE_MS = 24 * 3_600_000;

export interface WitnessAnswer {
  readonly name: string;
  readonly answered: boolean;
  /** When it last answered before now; null: never, as far as we know. */
  readonly lastAnswerAt: Date | null;
}

/** Whether a witness counts: it answers now, or has within the last 24 h. */
const counts = ({ answered, lastAnswerAt }: WitnessAnswer, now: Date): boolean =>
  answered ||
  (lastAnswerAt !== null && now.getTime() - lastAnswerAt.getTime() <= WITNESS_SILENCE_MS);

/**
 * Whether it is us who are offline: most of what counts is silent, or nothing at all answers.
 * `serverPaths`: networks (subnetOf) of servers that answered since the trouble began. Each network
 * is one more witness, not each server: fifty machines of our own rack say nothing of the world.
 */
export function judgeOnline(
  witnesses: readonly WitnessAnswer[],
  serverPaths: ReadonlySet<string>,
  now: Date,
): 'online' | 'offline' {
  const counted = witnesses.filter((witness) => counts(witness, now));
  const answering = counted.filter(({ answered }) => answered).length + serverPaths.size;
  const silent = counted.filter(({ answered }) => !answered).length;
  return answering > 0 && answering >= silent ? 'online' : 'offline';
}

/** The network an address lies in: /24 of IPv4, /64 of IPv6 (written in full or not). */
export function subnetOf(address: string): string {
  if (!address.includes(':')) return address.split('.').slice(0, 3).join('.');
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = head.split(':').filter((group) => group !== '');
  const right = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
