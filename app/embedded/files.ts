import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { createServer } from 'node:net';

/** Creates a folder only its owner may enter, with its parents. */
export async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Writes a file of mode 0600 in one step: a reader sees the old content or the new, never half of it. */
export async function writePrivately(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.new`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** Reads a secret kept beside the data, making a random one (48 hex digits) at first. */
export async function readOrCreateSecret(path: string): Promise<string> {
  const known = (await readFile(path, 'utf8').catch(ignoreMissing))?.trim();
  if (known) return known;
  const secret = randomBytes(24).toString('hex');
  await writePrivately(path, `${secret}\n`);
  return secret;
}

/** For `catch`: a missing file reads as undefined, anything else stays an error. */
export function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

/** The end of a log, for error messages: at most `bytes` and whole lines. */
export async function tailOf(path: string, bytes = 1500): Promise<string> {
  const content = (await readFile(path, 'utf8').catch(() => '')).trimEnd();
  return content.length <= bytes
    ? content
    : content.slice(content.indexOf('\n', content.length - bytes) + 1);
}

/** A port of 127.0.0.1 that is free now: `preferred` if possible. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred && (await canListen(preferred)) === preferred) return preferred;
  const port = await canListen(0);
  if (port === null) throw new Error('No free port on 127.0.0.1.');
  return port;
}

function canListen(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}
