/** What SSH saw of one host. */
export interface HostCounts {
  connections: number;
  logins: number;
  refusals: number;
  checks: number;
  commands: number;
}

/** One thing that SSH saw, other than a check: those are counted. */
export interface SshRecord {
  /** Milliseconds since 1970, on the fleet's clock. */
  readonly at: number;
  readonly address: string;
  readonly what: 'login' | 'refused' | 'command';
  /** Of a command its text, of a login the method. */
  readonly text: string;
}

const KEEP = 200_000;

/** Everything SSH saw: counted for each host, and logins and commands one by one. */
export function createSshRecords(now: () => number) {
  const hosts = new Map<string, HostCounts>();
  let records: SshRecord[] = [];
  const of = (address: string): HostCounts => {
    const known = hosts.get(address);
    if (known !== undefined) return known;
    const counts = { connections: 0, logins: 0, refusals: 0, checks: 0, commands: 0 };
    hosts.set(address, counts);
    return counts;
  };
  const add = (address: string, what: SshRecord['what'], text: string) => {
    records.push({ at: now(), address, what, text });
    if (records.length > KEEP) records = records.slice(-KEEP / 2);
  };
  return {
    of,
    connection: (address: string) => void of(address).connections++,
    check: (address: string) => void of(address).checks++,
    login(address: string, method: string) {
      of(address).logins++;
      add(address, 'login', method);
    },
    refusal(address: string, method: string) {
      of(address).refusals++;
      add(address, 'refused', method);
    },
    command(address: string, text: string) {
      of(address).commands++;
      add(address, 'command', text);
    },
    list: (): readonly SshRecord[] => records,
    total(): HostCounts {
      const sum = { connections: 0, logins: 0, refusals: 0, checks: 0, commands: 0 };
      for (const one of hosts.values()) {
        for (const key of Object.keys(sum) as (keyof HostCounts)[]) sum[key] += one[key];
      }
      return sum;
    },
  };
}
export type SshRecords = ReturnType<typeof createSshRecords>;
