// npm run check: everything that can be said about the repository without running the product.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const bin = (name) => join('node_modules', '.bin', name);
const present = (path) => existsSync(path);

const checks = [
  ['format and lint', [bin('biome'), 'ci', '--error-on-warnings']],
  ['types', [bin('tsc'), '--noEmit', '--incremental', 'false', '-p', '.']],
  ['folder rules', [process.execPath, 'scripts/check-folders.mjs']],
  ['generated documents', [process.execPath, 'scripts/docs.mjs', '--check'], 'scripts/docs.mjs'],
  [
    'playbooks',
    ['ansible-lint', '--offline', '--nocolor', '-p', '--profile', 'production', 'playbooks/'],
    'playbooks',
  ],
].filter(([, , needs]) => !needs || present(needs));

const failed = [];
for (const [name, [command, ...args]] of checks) {
  const started = Date.now();
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', timeout: 900_000 });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (error?.code === 'ENOENT') {
    console.log(`${command} is not installed. Run: sudo apt-get install ${command}`);
  }
  console.log(`check: ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.log(`check: failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
