import { readFileSync } from 'node:fs';
import { endGroup, findProcesses } from '../process-group.ts';

/**
 * Ends the SSH connections that a run has kept (ControlPersist) and that would outlive it by a
 * minute. Such a process leaves the run's group and writes its title over the mark in its
 * environment: it is known by its title alone, which names its socket.
 * @param folders the paths under which the run may have known its folder
 */
export async function endMasters(folders: readonly string[]): Promise<void> {
  const titles = folders.map((folder) => `ssh: ${folder}/cp/`);
  await endGroup(0, {
    members: () =>
      findProcesses(({ pid }) => titles.some((title) => titleOf(pid).startsWith(title))),
  });
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // gone meanwhile
  }
}
