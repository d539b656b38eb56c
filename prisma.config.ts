import { defineConfig } from 'prisma/config';

// For `prisma generate` and, where somebody prefers Prisma's own runner, `prisma migrate deploy`.
// The agent itself reads DATABASE_URL through config/ and migrates with prisma/migrate.ts.
const url = process.env.DATABASE_URL;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url ? { datasource: { url } } : {}),
});
