import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '#adapters/clock.ts';
import { createPrograms } from '#adapters/programs.ts';
import type { Programs } from '#domain/ports.ts';
import { type ScriptProvider, script } from '#providers/script/index.ts';
import { quietLog } from './quiet-log.ts';

export const HEALTHY = {
  success: true,
  health: { status: 'healthy' },
  instance: { external_id: 'node-1', ip_address: '192.0.2.1', ssh_port: 2222 },
};
const GONE = { success: false, error: 'no such node', code: 'not_found' };
/** Three shell programs in a directory of their own; `body` sees the request in "$request". */
export function stageScripts(timeout = 5) {
  const dir = mkdtempSync(join(tmpdir(), 'zavhoz-script-'));
  const write = (name: string, body: string) => {
    const path = join(dir, name);
    writeFileSync(
      path,
      `#!/bin/sh\nrequest=$(cat)\necho "$request" > ${dir}/${name}.in\n${body}\n`,
    );
    chmodSync(path, 0o755);
    return path;
  };
  const answer = (name: string, value: unknown, code = 0) =>
    write(name, `cat <<'END'\n${JSON.stringify(value)}\nEND\nexit ${code}`);
  const settings = {
    provision: answer('provision', { success: true }),
    terminate: answer('terminate', { success: true }),
    healthCheck: write(
      'health_check',
      `case "$request" in\n*node-1*) echo '${JSON.stringify(HEALTHY)}' ;;\n*) echo '${JSON.stringify(GONE)}' ;;\nesac`,
    ),
    timeout,
  };
  const log = quietLog();
  const real = createPrograms({ log });
  const deadlines: number[] = [];
  const programs: Programs = {
    run: (argv, options) => {
      deadlines.push(options.timeoutMs);
      return real.run(argv, options);
    },
  };
  const http = () => () => Promise.reject(new Error('no HTTP here'));
  const provider = script.create(script.settings.parse(settings), {
    http,
    programs,
    clock: createClock(),
    log,
  }) as ScriptProvider;
  const asked = (name: string) => JSON.parse(readFileSync(join(dir, `${name}.in`), 'utf8'));
  return { dir, settings, provider, write, answer, asked, log, deadlines };
}
