export const schemaPath: string;
export const migrationsDir: string;
export function diff(databaseUrl: string, schema: string, fromEmpty?: boolean): Promise<string>;
export function deploy(databaseUrl: string, dir?: string): Promise<string[]>;
