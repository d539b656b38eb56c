import type { Approval } from '#domain/approval.ts';
import type { Prisma } from '#generated/prisma/client.ts';

export const APPROVAL_INCLUDE = {
  server: { select: { handle: true } },
  operation: { select: { percent: true } },
} as const satisfies Prisma.ApprovalInclude;

export type ApprovalRow = Prisma.ApprovalGetPayload<{ include: typeof APPROVAL_INCLUDE }>;

export const toApproval = ({
  serverId: _,
  seq: __,
  server,
  operation: ___,
  ...row
}: ApprovalRow): Approval => ({
  ...row,
  serverHandle: server.handle,
  arguments: row.arguments as Record<string, unknown>,
  facts: row.facts as Record<string, unknown>,
});
