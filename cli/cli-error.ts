/** Exit codes, as the help and README tell them. */
export const EXIT = {
  ok: 0,
  /** The work failed or was refused. */
  failed: 1,
  /** The call was wrong: arguments, token, unknown name, an API that does not run. */
  misuse: 2,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a person is told when a command ends without success; `code` is for `--json`. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | null;
  readonly code: string;

  constructor(
    exitCode: ExitCode,
    message: string,
    options: { readonly hint?: string | null; readonly code?: string } = {},
  ) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.hint = options.hint ?? null;
    this.code = options.code ?? (exitCode === EXIT.misuse ? 'misuse' : 'failed');
  }
}
