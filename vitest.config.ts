import { defineConfig } from 'vitest/config';

// Tests run the TypeScript sources: the `source` condition of package.json's "imports".
const conditions = ['source', 'module', 'node', 'development|production'];
const resolve = { conditions };
const ssr = { resolve: { conditions, externalConditions: ['source'] } };
const ignored = ['**/node_modules/**', '**/dist/**', '**/generated/**'];

const credentials = 'test/setup/credentials.ts';

const project = (name: string, test: object) => ({ resolve, ssr, test: { name, ...test } });

export default defineConfig({
  test: {
    projects: [
      project('unit', {
        include: ['**/*.test.ts'],
        exclude: [...ignored, '**/*.int.test.ts', '**/*.e2e.test.ts'],
        globalSetup: [credentials],
        // They share nothing but modules, so no worker is thrown away after each file.
        pool: 'threads',
        isolate: false,
        maxWorkers: '100%',
        sequence: { groupOrder: 0 },
      }),
      // Real PostgreSQL and Redis, started once for the whole run.
      project('int', {
        include: ['**/*.int.test.ts'],
        exclude: ignored,
        globalSetup: [credentials, 'test/setup/services.ts'],
        // A bound, not an expectation: a busy machine takes its time.
        testTimeout: 180_000,
        hookTimeout: 180_000,
        // They wait for processes, networks and clocks more than they work.
        maxWorkers: 4,
        sequence: { groupOrder: 1 },
      }),
      // Real hosts in containers: one file after the other, each needs the whole machine.
      project('e2e', {
        include: ['**/*.e2e.test.ts'],
        exclude: ignored,
        globalSetup: [credentials, 'test/setup/services.ts', 'test/setup/docker.ts'],
        testTimeout: 900_000,
        hookTimeout: 900_000,
        fileParallelism: false,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
});
