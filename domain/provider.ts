import type { z } from 'zod';
import type { Clock, HttpFactory, Logger, Programs } from './ports.ts';
import type { Secret } from './secret.ts';

export type ProviderAction = 'reset_password' | 'reinstall' | 'reboot';

export interface ProviderServer {
  /** Identity at the provider, stable over reinstalls. */
  readonly ref: string;
  readonly hostname: string | null;
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly sshPort: number;
  readonly label: string | null;
  /** Where it stands, in the provider's own words; absent where its list does not say. */
  readonly region?: string | null;
}

/** What a server has, as its provider says; null where it does not. */
export interface ProviderResources {
  readonly cpuCores: number | null;
  readonly memoryMb: number | null;
  readonly diskMb: number | null;
}

export interface ProviderFacts extends ProviderServer {
  /** What the provider says of the contract: a suspended server is not a broken one. */
  readonly state: 'active' | 'suspended' | 'unknown';
  readonly os: string | null;
  /** Non-null while the provider works on it: start nothing then. */
  readonly activeTask: string | null;
  /** Login that a reset or reinstall gives a password for. */
  readonly user: string;
  readonly resources?: ProviderResources;
}

export interface ProviderTask {
  /** Null where only the task's name is known (found again after a crash). */
  readonly id: string | null;
  readonly action: ProviderAction;
  /** The provider's own time stamp of its start: the task's identity when the id was lost. */
  readonly activated: string | null;
  readonly state: 'running' | 'done' | 'failed';
  readonly password: Secret | null;
  /** Redacted text for people. */
  readonly message: string;
}

/**
 * One account at one provider. Every call has its own deadline and honours the signal. Errors are
 * OpsError: `upstream_login`, `rate_limited` (with retryAfterMs), `busy`, `not_found`, `upstream`,
 * `timeout`, `unknown_outcome` (a start whose answer was lost: look with `latest`), `unsupported`.
 * Numbered rules: docs/provider-contract.md; checked by test/contracts/provider-contract.ts.
 */
export interface Provider {
  readonly can: ReadonlySet<ProviderAction>;
  list(signal: AbortSignal): Promise<readonly ProviderServer[]>;
  facts(ref: string, signal: AbortSignal): Promise<ProviderFacts>;
  /** OS templates a reinstall accepts. */
  systems(ref: string, signal: AbortSignal): Promise<readonly { id: string; title: string }[]>;
  /** Starts an action and returns at once; never started twice for one call. */
  start(
    ref: string,
    action: ProviderAction,
    options: { readonly os?: string; readonly sshKey?: string },
    signal: AbortSignal,
  ): Promise<ProviderTask>;
  /** The task by id. */
  task(ref: string, id: string, action: ProviderAction, signal: AbortSignal): Promise<ProviderTask>;
  /** The latest task of a kind, or null: how a lost task is found again. */
  latest(ref: string, action: ProviderAction, signal: AbortSignal): Promise<ProviderTask | null>;
  /** Set where a human has to act: the text that tells what to do; the step then waits for a word. */
  readonly byHand?: (ref: string, action: ProviderAction) => string;
  /** Proves that the login works; throws as above. */
  check(signal: AbortSignal): Promise<void>;
}

export interface ProviderDeps {
  readonly http: HttpFactory;
  readonly programs: Programs;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ProviderDefinition<S extends z.ZodType = z.ZodType> {
  readonly id: string;
  readonly title: string;
  /** Whether `list()` is the whole inventory; else its servers are entered by hand. */
  readonly inventory: boolean;
  /** Parsed at boot by the provider's own schema. */
  readonly settings: S;
  /** Settings from the environment, or null when this provider is not configured there. */
  fromEnv(env: Readonly<Record<string, string | undefined>>): z.input<S> | null;
  /** Seconds between polls of a running task, and to let a done one settle, by action. */
  readonly pace: Readonly<Record<ProviderAction, { poll: number; settle: number; limit: number }>>;
  create(settings: z.output<S>, deps: ProviderDeps): Provider;
}

/** Keeps the settings' type between `settings`, `fromEnv` and `create`. */
export function defineProvider<S extends z.ZodType>(
  definition: ProviderDefinition<S>,
): ProviderDefinition<S> {
  return definition;
}
