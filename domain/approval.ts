import { z } from 'zod';

export const ApprovalStatus = z.enum(['open', 'approved', 'denied', 'expired', 'voided', 'used']);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** Seconds an approval lives; then it counts as denied. */
export const APPROVAL_TTL_SECONDS = 3600;

/** What a human is asked to allow. Facts and arguments hold no secrets. */
export interface NewApproval {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The target's facts the question rests on: when they change, the approval is void. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly incidentId: string | null;
  /** English, for the card: what happens, why, what is lost, how it can be undone. */
  readonly effect: string;
  readonly why: string;
  readonly lost: string;
  readonly undo: string;
}

/** Single use, bound to `hash` = SHA-256 of the canonical JSON of (tool, arguments, facts). */
export interface Approval extends NewApproval {
  readonly id: string;
  readonly operationId: string;
  readonly stepId: string;
  readonly serverHandle: string;
  readonly hash: string;
  readonly status: ApprovalStatus;
  /** How often it was asked anew for the same fact; from 2 on it escalates. */
  readonly round: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  /** Why it was voided, or the words of a denial. */
  readonly note: string | null;
}

export type Decision = 'approve' | 'deny';

/** Whether the disk is lost: then an operator's word is not enough (chat: owner, API: admin). */
export const needsOwner = ({
  tool,
  arguments: { rung },
}: Pick<NewApproval, 'tool' | 'arguments'>): boolean =>
  rung === 'reinstall' || /(^|_)reinstall$/.test(tool);
