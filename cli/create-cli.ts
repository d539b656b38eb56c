import { Command, CommanderError } from 'commander';
import { CliError, EXIT, type ExitCode } from './cli-error.ts';
import { tokenCommands } from './commands/access.ts';
import { approvalCommands } from './commands/approvals.ts';
import { auditCommand } from './commands/audit.ts';
import { completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { fleetCommands } from './commands/fleet.ts';
import { groupCommands } from './commands/groups.ts';
import { healthCommand } from './commands/health.ts';
import { incidentCommands } from './commands/incidents.ts';
import { inputCommands } from './commands/inputs.ts';
import { maintenanceCommands } from './commands/maintenance.ts';
import { operationCommands } from './commands/operations.ts';
import { reportCommands } from './commands/report.ts';
import { rebuildCommand, serverCommands } from './commands/servers.ts';
import { userCommands } from './commands/users.ts';
import { createContext, defaultUrl } from './context.ts';
import type { Io } from './io.ts';

const HELP = `
Environment:
  ZAVHOZ_URL       the API (http://127.0.0.1:8000)
  ZAVHOZ_TOKEN     its token; else the file api-token in the data directory is read
  ZAVHOZ_DATA_DIR  the data directory (./data)

Exit codes: 0 done; 1 failed or refused; 2 wrong use (arguments, token, unknown name, the API does
not run); 130 interrupted.`;

/** The command line; `run` takes the words after the program's name and gives the exit code. */
export function createCli(io: Io): { run(argv: readonly string[]): Promise<ExitCode> } {
  const build = (): Command => {
    const program = new Command('zavhoz')
      .description('The caretaker of your servers, from the command line.')
      .option('--url <url>', `the API (${defaultUrl(io)})`)
      .option('--json', 'print JSON')
      .addHelpText('after', HELP)
      .showSuggestionAfterError()
      .exitOverride()
      .configureOutput({ writeOut: io.out, writeErr: io.err });
    const context = createContext(io);
    serverCommands(program, context);
    operationCommands(program, context);
    incidentCommands(program, context);
    approvalCommands(program, context);
    inputCommands(program, context);
    fleetCommands(program, context);
    groupCommands(program, context);
    maintenanceCommands(program, context);
    healthCommand(program, context);
    reportCommands(program, context);
    userCommands(program, context);
    tokenCommands(program, context);
    auditCommand(program, context);
    rebuildCommand(program, context);
    doctorCommand(program, context);
    completionCommand(program, context);
    inherit(program);
    return program;
  };

  return {
    async run(argv) {
      const json = argv.includes('--json');
      try {
        await build().parseAsync([...argv], { from: 'user' });
        return EXIT.ok;
      } catch (error) {
        // Commander has said what is wrong already; asking for help is no mistake.
        if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misuse;
        const known =
          io.signal.aborted && !(error instanceof CliError) ? INTERRUPTED : asCliError(error);
        io.err(json ? `${JSON.stringify({ error: shown(known) })}\n` : sentence(known));
        return known.exitCode;
      }
    },
  };
}

/** Settings that commander does not hand down to commands made before they were set. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}

const INTERRUPTED = new CliError(EXIT.interrupted, 'Interrupted.', { code: 'interrupted' });

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CliError(EXIT.failed, message, { code: 'internal' });
}

const shown = ({ code, message, hint, exitCode }: CliError) => ({
  code,
  message,
  hint,
  exit_code: exitCode,
});

const sentence = ({ message, hint }: CliError): string =>
  `error: ${message}\n${hint === null ? '' : `       ${hint}\n`}`;
