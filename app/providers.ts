import type { Environment } from '#config/index.ts';
import type { Settings } from '#config/settings.ts';
import { OpsError } from '#domain/errors.ts';
import type { Provider, ProviderDefinition, ProviderDeps } from '#domain/provider.ts';
import type { ProviderHandle } from '#domain/tool-deps.ts';
import { providers } from '#providers/index.ts';

export interface Account extends ProviderHandle {
  readonly name: string;
  readonly providerId: string;
  readonly inventory: boolean;
  readonly managedRefs: ReadonlySet<string>;
}

/** Every provider that the environment configures, its settings parsed by its own schema, at boot. */
export function createAccounts(
  env: Environment,
  settings: Settings,
  deps: ProviderDeps,
): readonly Account[] {
  return providers.flatMap((definition) => {
    const given = definition.fromEnv(env);
    if (given === null) return [];
    const parsed = definition.settings.safeParse(given);
    if (!parsed.success) {
      const lines = parsed.error.issues.map(
        (i) => `${definition.id}/${i.path.join('/')}: ${i.message}`,
      );
      throw new OpsError('invalid_input', `The configuration is wrong:\n  ${lines.join('\n  ')}`);
    }
    const provider: Provider = definition.create(parsed.data, deps);
    return [
      {
        name: definition.id,
        providerId: definition.id,
        inventory: definition.inventory,
        provider,
        pace: paceOf(definition, settings),
        managedRefs: new Set(
          definition.id === 'time4vps' ? settings.TIME4VPS_MANAGED_SERVER_IDS : [],
        ),
      },
    ];
  });
}

/** PASSWORD_RESET_POLL_INTERVAL sets the pace of resets and, below its default, of all else too. */
function paceOf({ pace }: ProviderDefinition, settings: Settings): ProviderDefinition['pace'] {
  const poll = settings.PASSWORD_RESET_POLL_INTERVAL;
  return {
    reset_password: { ...pace.reset_password, poll },
    reinstall: { ...pace.reinstall, poll: Math.min(pace.reinstall.poll, 3 * poll) },
    reboot: { ...pace.reboot, poll: Math.min(pace.reboot.poll, poll) },
  };
}

export const findAccount =
  (accounts: readonly Account[]) =>
  ({ provider, handle }: { provider: string; handle: string }): Account => {
    const account = accounts.find(({ providerId }) => providerId === provider);
    if (account) return account;
    throw new OpsError(
      'unsupported',
      `The provider of ${handle} (${provider}) is not configured here.`,
      {
        hint: 'README.md lists the settings of each provider.',
      },
    );
  };
