/** Everything the commands touch besides the API; main.ts gives the real one, tests their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly fetch: typeof fetch;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** A person types on stdin and sees the questions. */
  readonly interactive: boolean;
  /** stdout is a terminal: lines may be written over. */
  readonly live: boolean;
  readonly ask: (question: string, options?: { readonly hidden: boolean }) => Promise<string>;
  readonly readStdin: () => Promise<string>;
  /** Rejects with the signal's reason when aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
