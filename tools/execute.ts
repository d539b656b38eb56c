import { channel } from 'node:diagnostics_channel';
import type { z } from 'zod';
import { OpsError, toOpsError } from '#domain/errors.ts';
import { assertPermitHolds } from '#domain/permit.ts';
import { assertEffectAllowed } from '#domain/policy.ts';
import type { Server } from '#domain/server.ts';
import type { CallScope, Effect, ToolCaller, ToolDefinition, ToolResult } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';

/** Published around every tool that is not `read`: tracing, and the crash test, listen here. */
export const toolChannel = channel('zavhoz.tool');

/** The single door: parse, read the server afresh, policy, audit, run. Every tool passes it. */
export async function execute<I extends z.ZodType, O>(
  tool: ToolDefinition<I, O>,
  rawInput: z.input<I>,
  call: CallScope,
  deps: ToolDeps,
): Promise<ToolResult<O>> {
  const parsed = tool.input.safeParse(rawInput);
  if (!parsed.success) {
    const problem = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
    return failed(new OpsError('invalid_input', `${tool.name}: ${problem}`), tool.name);
  }
  const server = await deps.servers.require(call.handle);
  const tried = tool.preview(parsed.data, server);
  try {
    // Judged at each call, not once per operation: care and hands_off may have changed meanwhile.
    assertEffectAllowed(tool.effect, server, call.authority, deps.own);
    await assertPermitted(tool.effect, server, call, deps);
    call.signal.throwIfAborted();
    if (tool.effect === 'read') {
      return { status: 'ok', data: await tool.run(parsed.data, { ...call, server }, deps) };
    }
    return await audited(tool, tried, call, deps, () =>
      tool.run(parsed.data, { ...call, server }, deps),
    );
  } catch (error) {
    return failed(call.signal.aborted ? toOpsError(call.signal.reason) : toOpsError(error), tried);
  }
}

/**
 * A recovery interrupts and destroys only on a word that still holds: stops, rung, approval and mode
 * are read again here, directly before the act.
 */
async function assertPermitted(
  effect: Effect,
  server: Server,
  { authority: { permit, operationId } }: CallScope,
  { fleet, groups, recoveries, approvals }: ToolDeps,
): Promise<void> {
  if (permit === null || effect === 'read' || effect === 'change') return;
  const [state, group, record, approval] = await Promise.all([
    fleet.state(),
    groups.require(server.group),
    recoveries.find(permit.recordId),
    permit.approvalId === null ? null : approvals.find(permit.approvalId),
  ]);
  const facts = { operationId, server, policy: group.policy, fleet: state, record, approval };
  assertPermitHolds(effect, permit, facts);
}

async function audited<I extends z.ZodType, O>(
  tool: ToolDefinition<I, O>,
  tried: string,
  call: CallScope,
  deps: ToolDeps,
  run: () => Promise<O>,
): Promise<ToolResult<O>> {
  const note = (outcome: string, data: Record<string, unknown> = {}) =>
    deps.audit.append({
      actor: call.authority.by,
      action: `tool.${tool.name}.${outcome}`,
      target: call.handle,
      operationId: call.authority.operationId,
      data: { effect: tool.effect, tried, ...data },
    });
  await note('started');
  toolChannel.publish({ tool: tool.name, handle: call.handle, point: 'before' });
  try {
    const data = await run();
    toolChannel.publish({ tool: tool.name, handle: call.handle, point: 'after' });
    await note('done');
    return { status: 'ok', data };
  } catch (error) {
    const known = call.signal.aborted ? toOpsError(call.signal.reason) : toOpsError(error);
    await note('failed', { code: known.code, message: known.message });
    return failed(known, tried);
  }
}

function failed<O>(error: OpsError, tried: string): ToolResult<O> {
  return {
    status: 'failed',
    code: error.code,
    message: error.message,
    hint: error.hint ?? null,
    retry: error.retry,
    retryAfterMs: error.retryAfterMs ?? null,
    tried,
  };
}

/** Binds the door to one operation's server, authority and signal. */
export function createToolCaller(deps: ToolDeps, call: CallScope): ToolCaller {
  return {
    async call(tool, input) {
      const result = await execute(tool, input, call, deps);
      if (result.status === 'ok') return result.data;
      throw new OpsError(result.code, result.message, {
        retry: result.retry,
        ...(result.hint === null ? {} : { hint: result.hint }),
        ...(result.retryAfterMs === null ? {} : { retryAfterMs: result.retryAfterMs }),
        details: { tried: result.tried },
      });
    },
  };
}
