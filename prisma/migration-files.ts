import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OpsError } from '#domain/errors.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the script, as Prisma records it. */
  readonly checksum: string;
}

/** The repository's own migrations. */
export function defaultMigrationsDir(): string {
  // Beside the sources; a compiled copy of this file lies in dist/prisma.
  const places = ['./migrations', '../../prisma/migrations'];
  const found = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(place));
  if (!found) throw new OpsError('internal', 'The folder prisma/migrations is missing.');
  return found;
}

/** A folder in Prisma's format, oldest first. */
export function readMigrations(dir: string): readonly Migration[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}
