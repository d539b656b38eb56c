import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly clean: boolean;
  readonly help: boolean;
  /** Folder of everything the demo keeps. */
  readonly dir: string;
  /** Wanted port of the agent's API; another free one where it is taken. */
  readonly port: number;
}

export const USAGE = `Usage: npm run demo [-- --clean] [-- --port N] [-- --dir FOLDER] [-- --yes]
  --clean   removes what the demo made: hosts, network, images, data
  --port N  the agent's API (8100)
  --dir F   where the demo keeps its data (demo-data); each folder is a demo of its own
  --yes     does not ask before packages are installed`;

/** The command line; an Error names what is wrong with it. */
export function parseOptions(argv: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: argv.filter((word) => word !== ''),
    options: {
      clean: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      dir: { type: 'string', default: 'demo-data' },
      port: { type: 'string', default: '8100' },
      // Meant for the set-up, which ran before us.
      yes: { type: 'boolean', short: 'y', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`--port must be a number from 1 to 65535, not "${values.port}"`);
  }
  if (values.dir.trim() === '') throw new Error('--dir must name a folder');
  return { clean: values.clean, help: values.help, dir: values.dir, port };
}
