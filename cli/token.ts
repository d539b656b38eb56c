import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from './cli-error.ts';
import type { Io } from './io.ts';

/** Where the agent writes its first token. */
export const tokenFile = ({ env, cwd }: Pick<Io, 'env' | 'cwd'>): string =>
  join(resolve(cwd, env.ZAVHOZ_DATA_DIR || './data'), 'api-token');

/** ZAVHOZ_TOKEN, else the local token file. A token never comes by the command line. */
export async function findToken(io: Pick<Io, 'env' | 'cwd'>): Promise<string> {
  const path = tokenFile(io);
  const token = (io.env.ZAVHOZ_TOKEN || (await readToken(path))).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new CliError(EXIT.misuse, 'The API token is not one line of visible characters.', {
    code: 'no_token',
    hint: `Look at ZAVHOZ_TOKEN or ${path}.`,
  });
}

async function readToken(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CliError(EXIT.misuse, 'There is no API token.', {
      code: 'no_token',
      hint: missing
        ? `Set ZAVHOZ_TOKEN. The agent writes its first token to ${path} when it is started (npm start); set ZAVHOZ_DATA_DIR where its data lies elsewhere. For the demo's agent run ". demo-data/env" first.`
        : `Set ZAVHOZ_TOKEN, or become a user who may read ${path}.`,
    });
  }
}
