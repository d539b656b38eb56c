import { expect, it } from 'vitest';
import { quietLog } from '#test/builders/quiet-log.ts';
import { aUser, memoryPeople } from '#test/fakes/memory-people.ts';
import { makeFirstOwners } from './first-owners.ts';

it('makes owners of the listed, and gives nobody back what people took away', async () => {
  const rows = new Map([
    [2n, aUser(2n, 'viewer', { username: 'bob' })],
    [3n, aUser(3n, 'owner')],
    [4n, aUser(4n, 'owner')],
  ]);
  const users = memoryPeople(rows);
  await users.setRole(3n, null, 'tg:4');
  for (let start = 0; start < 2; start++) {
    await makeFirstOwners([1n, 2n, 3n], { users, log: quietLog() });
  }
  expect([...rows.values()].map(({ telegramId, role }) => [telegramId, role])).toEqual([
    [2n, 'owner'],
    [3n, null],
    [4n, 'owner'],
    [1n, 'owner'],
  ]);
  expect(rows.get(2n)?.username).toBe('bob');
  await users.setRole(3n, 'owner', 'tg:4');
  expect(rows.get(3n)?.role).toBe('owner');
});
