// Prisma's schema engine as WebAssembly: compares schemas and applies migrations without the engine
// binary that Prisma would download. For development and tests only.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const schemaPath = join(root, 'prisma/schema.prisma');
export const migrationsDir = join(root, 'prisma/migrations');
const filters = { externalTables: [], externalEnums: [] };

/**
 * What stands between the engine and PostgreSQL 18: the driver adapter knows neither the catalogue's
 * type "char" (18) nor name (19), and the engine stumbles over NOT NULL being a constraint of its own.
 */
class CataloguePool extends pg.Pool {
  async query(query, values) {
    const text = query.text?.replace("NOT IN ('p', 'u', 'f')", "NOT IN ('p', 'u', 'f', 'n')");
    const result = await super.query(text ? { ...query, text } : query, values);
    for (const field of result.fields ?? []) {
      // Dates do not occur in the catalogue: they mark what `catalogueAdapter` calls a character.
      field.dataTypeID =
        { 18: pg.types.builtins.DATE, 19: 25 }[field.dataTypeID] ?? field.dataTypeID;
    }
    return result;
  }
}

function catalogueAdapter(pool) {
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      const { Date: date, Character: character } = ColumnTypeEnum;
      const columnTypes = result.columnTypes.map((type) => (type === date ? character : type));
      return { ...result, columnTypes };
    };
    return adapter;
  };
  return bindMigrationAwareSqlAdapterFactory(factory);
}

// The engine's promise never settles after a panic; this one does.
const panic = new Promise((_, reject) => {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message: (text) => reject(new Error(`Prisma's schema engine gave up: ${text}`)),
  };
});
panic.catch(() => {});

let loaded;
function load() {
  // Node 20 cannot import .wasm, so the module is put together by hand.
  loaded ??= (async () => {
    const entry = fileURLToPath(import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
    const bytes = readFileSync(entry.replace(/\.js$/, '.wasm'));
    const { instance } = await WebAssembly.instantiate(bytes, {
      './schema_engine_bg.js': bindings,
    });
    bindings.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
  })();
  return loaded;
}

async function withEngine(databaseUrl, schema, use) {
  await load();
  // Its own pool, closed at the end: an idle connection would keep the engine's advisory lock.
  const pool = new CataloguePool({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
  });
  const factory = catalogueAdapter(pool);
  const engine = await bindings.SchemaEngine.new(
    { datamodels: schema ? [['schema.prisma', schema]] : undefined },
    () => {},
    factory,
  );
  try {
    return await Promise.race([use(engine), panic]);
  } finally {
    engine.free();
    await pool.end();
  }
}

/** The SQL that leads from the database (or from nothing, when it is null) to the schema's text. */
export function diff(databaseUrl, schema, fromEmpty = false) {
  const file = { path: 'schema.prisma', content: schema };
  return withEngine(databaseUrl, schema, async (engine) => {
    const result = await engine.diff({
      from: fromEmpty
        ? { tag: 'empty' }
        : { tag: 'schemaDatasource', files: [file], configDir: root },
      to: { tag: 'schemaDatamodel', files: [file] },
      script: true,
      exitCode: null,
      filters,
    });
    return result.stdout ?? '';
  });
}

/** What `prisma migrate deploy` does: the names of the migrations it applied. */
export function deploy(databaseUrl, dir = migrationsDir) {
  return withEngine(databaseUrl, null, async (engine) => {
    const result = await engine.applyMigrations({ migrationsList: readMigrations(dir), filters });
    return result.appliedMigrationNames;
  });
}

function readMigrations(dir) {
  const names = readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: dir,
    lockfile: {
      path: 'migration_lock.toml',
      content: readFileSync(join(dir, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(dir, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}
