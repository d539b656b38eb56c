import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { systemAccount } from './system-account.ts';

const run = promisify(execFile);
const NAME = `zavhoz-t${process.pid}`;

describe.runIf(process.getuid?.() === 0)('the account of the databases', () => {
  afterEach(() => run('userdel', [NAME]).catch(() => undefined));

  it('is made once, however many databases start at the same time on a new machine', async () => {
    for (let round = 1; round <= 5; round++) {
      const found = await Promise.all(Array.from({ length: 6 }, () => systemAccount(NAME)));
      const { stdout } = await run('getent', ['passwd', NAME]);
      const [, , uid, gid] = stdout.split(':').map(Number);
      expect(found).toEqual(Array.from({ length: 6 }, () => ({ uid, gid })));
      await run('userdel', [NAME]);
    }
  });
});
