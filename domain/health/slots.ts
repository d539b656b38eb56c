/** Every tenth check is a fresh login: a kept channel can outlive a dead sshd. */
const FRESH_EVERY = 10;

/** 32 bits that depend on every character (FNV-1a, then murmur's finish: neighbours lie apart). */
export function hashOf(text: string, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Milliseconds after the start of each interval at which a server has its place. */
export const slotOffset = (serverId: string, intervalMs: number): number =>
  Math.floor((hashOf(serverId) / 2 ** 32) * intervalMs);

/** The first of its slots that lies after `afterMs` (milliseconds since 1970). */
export function nextSlot(serverId: string, intervalMs: number, afterMs: number): number {
  const offset = slotOffset(serverId, intervalMs);
  return (Math.floor((afterMs - offset) / intervalMs) + 1) * intervalMs + offset;
}

/** Which of a server's checks are fresh ones: spread, so that no sweep consists of logins alone. */
export const isFreshTurn = (serverId: string, checks: number): boolean =>
  (checks + hashOf(serverId, 1)) % FRESH_EVERY === 0;
