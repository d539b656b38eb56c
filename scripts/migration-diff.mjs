// Prints the SQL that a migration needs after a change of prisma/schema.prisma:
//   node scripts/migration-diff.mjs <database url>           from a migrated database
//   node scripts/migration-diff.mjs <database url> --empty   from nothing
// Partial indexes, checks and triggers are not in the schema: see prisma/database-rules.ts.
import { readFileSync } from 'node:fs';
import { diff, schemaPath } from './schema-engine.mjs';

const [url, flag] = process.argv.slice(2);
if (!url) {
  console.error('Usage: node scripts/migration-diff.mjs <database url> [--empty]');
  process.exit(2);
}
process.stdout.write(await diff(url, readFileSync(schemaPath, 'utf8'), flag === '--empty'));
process.exit(0);
