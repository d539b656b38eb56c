import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

const MAX_STDIN_BYTES = 64 * 1024;

/** One line from the terminal; a hidden one is not echoed. */
export async function ask(
  question: string,
  options: {
    readonly hidden: boolean;
    readonly output: NodeJS.WritableStream;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const { hidden, signal } = options;
  let muted = false;
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) options.output.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output: echo, terminal: true });
  // readline takes Ctrl-C for itself while it reads.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = reader.question(question, { signal });
    muted = hidden;
    return await answer;
  } finally {
    reader.close();
    if (hidden) options.output.write('\n');
  }
}

export async function readStdin(stdin: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_STDIN_BYTES) throw new Error('stdin holds too much.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
