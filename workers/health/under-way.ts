import type { OperationRepository } from '#domain/repositories.ts';

/** What of ours is under way on a server, read afresh: the list that we watch by may lag behind. */
export function createUnderWay({
  operations,
}: {
  readonly operations: Pick<OperationRepository, 'list'>;
}) {
  return {
    /** A recovery that runs proves and closes by itself. */
    async isRecovering(handle: string): Promise<boolean> {
      const { total } = await operations.list(
        { serverHandle: handle, status: ['running'], kind: 'recover' },
        { offset: 0, limit: 1 },
      );
      return total > 0;
    },

    /** Something that was ordered makes it be away. */
    async isWorkedOn(handle: string): Promise<boolean> {
      const { items } = await operations.list(
        { serverHandle: handle, status: ['queued', 'running', 'waiting'] },
        { offset: 0, limit: 10 },
      );
      return items.some(({ kind }) => kind !== 'recover');
    },
  };
}
