import { OpsError, toOpsError } from '#domain/errors.ts';
import type { ProviderAction } from '#domain/provider.ts';
import type { StepContext } from '#domain/step.ts';
import { serverFacts } from '#tools/server/facts.ts';
import { assertSameMachine } from '#tools/server/start-task.ts';
import type { RecoveryDeps } from '../deps.ts';

/** How often a provider's API that does not answer is asked again before its rungs are left out. */
const MOST_ASKED = 10;

/** What the provider says directly before a rung is chosen (invariant 2). */
export type ProviderView =
  | {
      readonly kind: 'can';
      readonly can: ReadonlySet<ProviderAction>;
      /** Why not, where something is missing. */
      readonly cannotWhy: string;
    }
  /** Ask again a little later. */
  | { readonly kind: 'wait'; readonly why: string; readonly milliseconds: number }
  | { readonly kind: 'stop'; readonly error: OpsError };

const NOTHING: ReadonlySet<ProviderAction> = new Set();
const ASK_AGAIN_MS = 30_000;

export async function viewProvider({
  deps,
  server,
  tools,
  memo,
  signal,
}: StepContext<RecoveryDeps>): Promise<ProviderView> {
  const offered = canOf(deps, server);
  if (offered === null)
    return { kind: 'can', can: NOTHING, cannotWhy: 'its provider is not set up' };
  const cannotWhy = `the provider ${server.provider} cannot do it`;
  if (offered.size === 0) return { kind: 'can', can: NOTHING, cannotWhy };
  const asked = Number(memo.get().asked ?? 0);
  try {
    const facts = await tools.call(serverFacts, {});
    assertSameMachine(server, facts, { strict: true });
    if (asked > 0) await memo.put({ ...memo.get(), asked: 0 });
    return { kind: 'can', can: offered, cannotWhy };
  } catch (error) {
    signal.throwIfAborted();
    const known = toOpsError(error);
    if (known.code === 'storage_unavailable' || known.code === 'lease_lost') throw known;
    if (known.code === 'suspended' || known.code === 'identity_mismatch') {
      return { kind: 'stop', error: known };
    }
    const why = known.message;
    const milliseconds = Math.max(ASK_AGAIN_MS, known.retryAfterMs ?? 0);
    // Somebody works on the server in the provider's panel: that is waited for.
    if (known.code === 'busy') return { kind: 'wait', why, milliseconds };
    if (known.retry !== 'no' && asked < MOST_ASKED) {
      await memo.put({ ...memo.get(), asked: asked + 1 });
      return { kind: 'wait', why, milliseconds };
    }
    // Its outage mutes nothing, it only takes its rungs away.
    return { kind: 'can', can: NOTHING, cannotWhy: `the provider's API does not answer: ${why}` };
  }
}

/** Null where the server's account is not configured here. */
function canOf(
  { abilities }: RecoveryDeps,
  server: StepContext<RecoveryDeps>['server'],
): ReadonlySet<ProviderAction> | null {
  try {
    return abilities(server).can;
  } catch (error) {
    if (error instanceof OpsError && error.code === 'unsupported') return null;
    throw error;
  }
}
