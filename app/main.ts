import { loadConfig } from '#config/index.ts';
import { supervise, toExit } from './supervise.ts';

/** The one command: the supervisor with all roles, or, by ZAVHOZ_ROLE, one role by itself. */
async function main(): Promise<number> {
  const config = loadConfig(process.env, process.cwd());
  if (config.settings.ZAVHOZ_ROLE !== 'all') {
    const { runRoles } = await import('./role.ts');
    return runRoles([config.settings.ZAVHOZ_ROLE]);
  }
  return supervise(config, process.env);
}

await toExit(main);
