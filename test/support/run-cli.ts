import { createCli } from '#cli/create-cli.ts';

export interface CliOptions {
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers to questions, in order; with any, stdin is a terminal. */
  readonly answers?: readonly string[];
  readonly stdin?: string;
  /** stdout is a terminal. */
  readonly live?: boolean;
  readonly signal?: AbortSignal;
  readonly onOut?: (text: string) => void;
}

/** Runs one command line in this process; waits are over at once and are kept. */
export async function runCli(argv: readonly string[], options: CliOptions = {}) {
  const seen = {
    out: '',
    err: '',
    asked: [] as string[],
    hidden: [] as boolean[],
    waits: [] as number[],
  };
  const answers = [...(options.answers ?? [])];
  const cli = createCli({
    env: {
      ZAVHOZ_TOKEN: 'token-of-a-test',
      ...(options.url === undefined ? {} : { ZAVHOZ_URL: options.url }),
      ...options.env,
    },
    cwd: '/nonexistent',
    fetch,
    out: (text) => {
      seen.out += text;
      options.onOut?.(text);
    },
    err: (text) => {
      seen.err += text;
    },
    interactive: options.answers !== undefined,
    live: options.live ?? false,
    ask: async (question, { hidden } = { hidden: false }) => {
      seen.asked.push(question);
      seen.hidden.push(hidden);
      return answers.shift() ?? '';
    },
    readStdin: async () => options.stdin ?? '',
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted();
      seen.waits.push(milliseconds);
    },
    signal: options.signal ?? new AbortController().signal,
  });
  const code = await cli.run(argv);
  return { code, ...seen };
}
