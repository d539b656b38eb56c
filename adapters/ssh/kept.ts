import type { SshTarget } from '#domain/remote.ts';
import type { Connection } from './connect.ts';
import { sameKey } from './host-keys.ts';

/** Open connections by name, the least recently used first. */
export interface Kept {
  /** The connection to this target; one that leads elsewhere, or shows another key, is closed. */
  find(name: string, target: SshTarget): Connection | null;
  /** Keeps it until it ends or is dropped, closing one of the same name, or the oldest. */
  keep(name: string, target: SshTarget, connection: Connection): void;
  /** Closes it; with `only`, just if it is that one. */
  drop(name: string, only?: Connection): void;
  readonly size: number;
  clear(): void;
}

interface Entry {
  readonly connection: Connection;
  readonly way: string;
}

export function createKept(limit: number): Kept {
  // A Map keeps the order of insertion: what is used is put in again.
  const entries = new Map<string, Entry>();

  function drop(name: string, only?: Connection): void {
    const entry = entries.get(name);
    if (entry === undefined || (only !== undefined && entry.connection !== only)) return;
    entries.delete(name);
    entry.connection.close();
  }

  return {
    find(name, target) {
      const entry = entries.get(name);
      if (entry === undefined) return null;
      if (entry.way !== wayTo(target) || !shows(entry.connection, target)) {
        drop(name);
        return null;
      }
      entries.delete(name);
      entries.set(name, entry);
      return entry.connection;
    },
    keep(name, target, connection) {
      drop(name);
      entries.set(name, { connection, way: wayTo(target) });
      connection.client.once('close', () => drop(name, connection));
      while (entries.size > limit) {
        const oldest = entries.keys().next();
        if (oldest.done) break;
        drop(oldest.value);
      }
    },
    drop,
    get size() {
      return entries.size;
    },
    clear() {
      for (const name of [...entries.keys()]) drop(name);
    },
  };
}

/** Which login this is; the credential is left to the fresh logins. */
function wayTo({ user, host, port, jump }: SshTarget): string {
  const own = `${user}@${host}:${port}`;
  return jump === null ? own : `${own} by ${wayTo(jump)}`;
}

const shows = ({ hostKey }: Connection, { hostKeys }: SshTarget): boolean =>
  hostKeys.length === 0 || (hostKey !== null && hostKeys.some((key) => sameKey(key, hostKey)));
