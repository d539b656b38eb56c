import { acquireInstanceLock, InstanceRunningError } from '#app/embedded/instance-lock.ts';

/** Makes this process the only demo of a folder; returns the release. */
export async function takeFolder(dir: string): Promise<() => Promise<void>> {
  try {
    return await acquireInstanceLock(dir);
  } catch (error) {
    if (!(error instanceof InstanceRunningError)) throw error;
    throw new Error(`A demo runs in ${dir} already. Stop it first, or use --dir for another.`, {
      cause: error,
    });
  }
}
