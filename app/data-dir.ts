import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '#domain/secret.ts';

/** Where things lie in the data directory. All of it is the agent's alone (0700). */
export const dataPaths = (dataDir: string) => ({
  encryptionKey: join(dataDir, 'keys', 'encryption.key'),
  agentKey: join(dataDir, 'keys', 'orchestrator_ed25519'),
  breakGlassKey: join(dataDir, 'keys', 'break_glass_ed25519'),
  webhookSecret: join(dataDir, 'keys', 'telegram-webhook.secret'),
  apiToken: join(dataDir, 'api-token'),
  pairingCode: join(dataDir, 'pairing-code'),
  /** What the database said last: a restored one is recognised by it. */
  epoch: join(dataDir, 'epoch'),
  runs: join(dataDir, 'runs'),
});

export async function prepareDataDir(dataDir: string): Promise<void> {
  await mkdir(join(dataDir, 'keys'), { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
}

/** Writes a private file (0600) unless it is there; of several processes one wins, all read it. */
export async function ensurePrivateFile(path: string, make: () => string): Promise<Secret> {
  const present = await readPrivateFile(path);
  if (present !== null) return present;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, make(), { mode: 0o600, flag: 'wx' });
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return new Secret((await readFile(path, 'utf8')).trim());
}

export async function readPrivateFile(path: string): Promise<Secret | null> {
  try {
    return new Secret((await readFile(path, 'utf8')).trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export async function replacePrivateFile(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o600 });
}

export const newWebhookSecret = (): string => randomBytes(32).toString('base64url');

export const newEncryptionKey = (): string => randomBytes(32).toString('base64');
