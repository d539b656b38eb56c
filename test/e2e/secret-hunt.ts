import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** Secrets by the name under which a find is told; the value itself never is. */
export type Secrets = Readonly<Record<string, string>>;

/** Names of the secrets that stand in the text in clear, in base64 or in hex. */
export function foundIn(secrets: Secrets, text: string | Buffer): string[] {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
  return Object.entries(secrets)
    .filter(([, secret]) => {
      const plain = Buffer.from(secret);
      // JSON escapes line ends; the first line of each private key is the same.
      const lines = secret
        .split('\n')
        .slice(3, -1)
        .map((line) => Buffer.from(line));
      const forms = [plain, ...lines, plain.toString('base64'), plain.toString('hex')];
      return forms.some((form) => bytes.includes(form));
    })
    .map(([name]) => name);
}

/** Every row of every table of every schema, the checkpoints' too: `table` → its text. */
export async function dumpDatabase(url: string): Promise<ReadonlyMap<string, Buffer>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const dump = new Map<string, Buffer>();
    for (const { name } of tables) {
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`);
      const values = rows.flatMap((row) => Object.values(row)).map(bytesOf);
      dump.set(name, Buffer.concat(values.flatMap((value) => [value, Buffer.from('\n')])));
    }
    return dump;
  } finally {
    await client.end();
  }
}

const bytesOf = (value: unknown): Buffer => {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value);
  const text = JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
  return Buffer.from(text ?? '');
};

/** Address of the embedded PostgreSQL of a data directory. */
export async function embeddedDatabaseUrl(dataDir: string): Promise<string> {
  const read = async (name: string) =>
    (await readFile(join(dataDir, 'postgres', name), 'utf8')).trim();
  return `postgresql://zavhoz:${await read('password')}@127.0.0.1:${await read('port')}/zavhoz`;
}

/** Keeps every command line that any process of this machine shows, until stopped. */
export function watchCommandLines(everyMs = 100): { stop(): string } {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        // it ended meanwhile
      }
    }
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      return [...seen].join('\n');
    },
  };
}
