import type { z } from 'zod';
import type { ErrorCode, Retry } from './errors.ts';
import type { Rung } from './recovery.ts';
import type { Server } from './server.ts';
import type { ToolDeps } from './tool-deps.ts';

/** read: changes nothing. change: adds or alters. disrupt: interrupts use. destroy: loses data. */
export type Effect = 'read' | 'change' | 'disrupt' | 'destroy';

export type ToolResult<T> =
  | { readonly status: 'ok'; readonly data: T }
  | {
      readonly status: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | null;
      readonly retry: Retry;
      readonly retryAfterMs: number | null;
      /** What exactly was tried, for the person who reads it. */
      readonly tried: string;
    };

export interface RecoveryPermit {
  readonly rung: Rung;
  readonly word: 'auto' | 'approval' | 'rebuildable';
  readonly approvalId: string | null;
  /** The reserved rung (caps and budgets); checked again at the door. */
  readonly recordId: string;
}

/** On whose word a tool runs. */
export interface Authority {
  /** `api:<token>`, `tg:<id>`, `agent`. */
  readonly by: string;
  readonly operationId: string | null;
  /** A human's explicit word for exactly this: lets a destroy tool pass without an approval. */
  readonly humanOrder: 'force_rebuild' | null;
  /**
   * What a recovery may do at this rung: on an approval, on its group's mode `auto`, or on the
   * owner's `rebuildable` mark. Null outside recoveries.
   */
  readonly permit: RecoveryPermit | null;
}

export interface ToolScope {
  readonly server: Server;
  readonly authority: Authority;
  readonly signal: AbortSignal;
  progress(text: string, fraction?: number, state?: 'ok' | 'changed' | 'failed'): Promise<void>;
  /** Called by tools that start a child that outlives us, before it starts. */
  child(record: Readonly<Record<string, unknown>> | null): Promise<void>;
}

/** What binds the door of the tools to one step of one operation. */
export interface CallScope extends Pick<ToolScope, 'signal' | 'progress' | 'child' | 'authority'> {
  readonly handle: string;
}

export interface ToolDefinition<I extends z.ZodType, O> {
  readonly name: string;
  readonly description: string;
  readonly effect: Effect;
  readonly input: I;
  /** What a human approves, in one sentence. */
  preview(input: z.output<I>, server: Server): string;
  /** Throws OpsError; the door turns it into a failed result. */
  run(input: z.output<I>, scope: ToolScope, deps: ToolDeps): Promise<O>;
}

export function defineTool<I extends z.ZodType, O>(
  definition: ToolDefinition<I, O>,
): ToolDefinition<I, O> {
  return definition;
}

/** How steps reach tools: already bound to server, authority and signal, through the one door. */
export interface ToolCaller {
  /** The tool's data; a failed result is thrown as OpsError with its code and retry. */
  call<I extends z.ZodType, O>(tool: ToolDefinition<I, O>, input: z.input<I>): Promise<O>;
}
