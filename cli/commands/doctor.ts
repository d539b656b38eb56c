import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.ts';
import { type Context, fieldOf, leaf, wantsJson } from '../context.ts';
import { type Check, localChecks } from '../local-checks.ts';
import { plain } from '../render.ts';

const MARKS: Readonly<Record<Check['status'], string>> = {
  ok: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
  off: 'off    ',
};
/** Without the API only this machine can be looked at. */
const AWAY: readonly string[] = [
  'api_not_running',
  'api_unreachable',
  'foreign_answer',
  'no_token',
];

/** It logs in at providers and asks Telegram. */
const TIMEOUT_MS = 65_000;

export function doctorCommand(program: Command, context: Context): void {
  leaf(program, 'doctor', 'look for what is wrong and say what to do').action(
    async (_, command: Command) => {
      const client = context.client(command);
      let checks: readonly Check[];
      try {
        checks = checksOf(await client.call('GET', '/api/doctor', { timeoutMs: TIMEOUT_MS }));
      } catch (error) {
        if (!(error instanceof CliError) || !AWAY.includes(error.code)) throw error;
        const api = {
          name: 'api',
          status: 'failed',
          detail: error.message,
          hint: error.hint,
        } as const;
        checks = [api, ...(await localChecks(context.io, client.url, process.versions.node))];
      }
      const bad = checks.filter(({ status }) => status === 'failed');
      context.print(command, { ok: bad.length === 0, checks }, report(checks));
      if (bad.length === 0) return;
      const names = bad.map(({ name }) => name).join(', ');
      throw new CliError(EXIT.failed, `Not in order: ${names}.`, {
        code: 'not_in_order',
        hint: wantsJson(command) ? null : 'What to do stands beside each line.',
      });
    },
  );
}

function report(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, status, detail, hint }) => {
      const todo =
        hint === null || hint === '' ? '' : `\n${' '.repeat(width + 11)}→ ${plain(hint)}`;
      return `${MARKS[status] ?? status}  ${name.padEnd(width)}  ${plain(detail)}${todo}`;
    })
    .join('\n');
}

function checksOf(answer: unknown): readonly Check[] {
  const checks = fieldOf(answer, 'checks');
  if (Array.isArray(checks)) return checks as readonly Check[];
  throw new CliError(EXIT.failed, 'The API gave no report.', { code: 'foreign_answer' });
}
