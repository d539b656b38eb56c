import { relative } from 'node:path';
import type { Config } from '#config/index.ts';
import { dataPaths } from './data-dir.ts';

/** What a person needs to know once the agent answers: where, with what, and what is switched off. */
export function banner(config: Config, pairingCode: string | null, cwd: string): string {
  const { apiToken, breakGlassKey } = dataPaths(config.dataDir);
  const shown = (path: string) => {
    const short = relative(cwd, path);
    return short.startsWith('..') ? path : short;
  };
  const lines = [
    '',
    'Zavhoz is ready.',
    `  API        ${config.publicUrl}  (documentation at /docs)`,
    `  Token      in ${shown(apiToken)}`,
  ];
  if (config.settings.BREAK_GLASS_SSH_PUBLIC_KEYS.length === 0) {
    lines.push(`  Break-glass key in ${shown(breakGlassKey)}: keep a copy elsewhere`);
  }
  if (pairingCode !== null) {
    lines.push(`  Pair       send /start ${pairingCode} to the bot to become its first owner`);
  }
  for (const { what, set } of config.off) lines.push(`  Off        ${what} (set ${set})`);
  return `${lines.join('\n')}\n\n`;
}
