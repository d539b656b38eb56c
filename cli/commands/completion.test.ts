import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { runCli } from '#test/support/run-cli.ts';

/** What bash offers after these words, by the printed code in a real bash. */
async function offered(words: readonly string[]): Promise<readonly string[]> {
  const { code, out } = await runCli(['completion', 'bash']);
  expect(code).toBe(0);
  const list = ['zavhoz', ...words].map((word) => `'${word}'`).join(' ');
  const script = `${out}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length}; _zavhoz; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

it('completes commands, their verbs, options and choices in bash', async () => {
  expect(await offered([''])).toEqual(expect.arrayContaining(['servers', 'rebuild', 'doctor']));
  expect(await offered(['op'])).toEqual(['operations']);
  expect(await offered(['servers', 'set-'])).toEqual([
    ...[
      'set-care',
      'set-hands-off',
      'set-status',
      'set-mode',
      'set-rebuildable',
      'set-region',
      'set-services',
    ],
  ]);
  expect(await offered(['fleet', ''])).toEqual(expect.arrayContaining(['freeze', 'rearm', 'show']));
  expect(await offered(['groups', 'set', 'web', '--mode', 'ob'])).toEqual(['observe']);
  expect(await offered(['report', 'o'])).toEqual(['observe']);
  expect(await offered(['servers', 'list', '--care', 'man'])).toEqual(['managed']);
  expect(await offered(['servers', 'list', '--status', 'ready', '--sea'])).toEqual(['--search']);
  expect(await offered(['completion', 'f'])).toEqual(['fish']);
});

it('prints code for zsh and fish, and refuses other shells', async () => {
  expect((await runCli(['completion', 'zsh'])).out).toContain('bashcompinit');
  const fish = (await runCli(['completion', 'fish'])).out;
  expect(fish).toMatch(/-n '__fish_seen_subcommand_from servers; and not [^']+' -a list/);
  expect((await runCli(['completion', 'tcsh'])).code).toBe(2);
});
