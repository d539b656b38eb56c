import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { OpsError } from '#domain/errors.ts';
import { defineProvider, type Provider, type ProviderAction } from '#domain/provider.ts';
import { runScript } from './run.ts';
import { type Instance, type ProvisionRequest, Settings, type TargetRequest } from './schema.ts';

/** A provider that can also create and give back servers. */
export interface ScriptProvider extends Provider {
  /** Creates a server. `unknown_outcome`: it may exist; ask its maker before creating another. */
  provision(request: ProvisionRequest, signal: AbortSignal): Promise<Instance>;
  /** Gives a server back; the program answers success where it is gone already. */
  terminate(request: TargetRequest, signal: AbortSignal): Promise<void>;
}

const STATES = {
  healthy: 'active',
  unhealthy: 'active',
  provisioning: 'active',
  suspended: 'suspended',
  unknown: 'unknown',
} as const;

const TEXTS: Readonly<Record<ProviderAction, string>> = {
  reset_password: 'Set a new root password on it where it was made, then enter it here.',
  reinstall: 'Reinstall it where it was made (this wipes its disk), then say "done".',
  reboot: 'Reboot it where it was made, then say "done".',
};

/** Servers that programs of the operator's own make: provision, terminate and health_check. */
export const script = defineProvider({
  id: 'script',
  title: 'Script',
  inventory: false,
  settings: Settings,

  /** Configured when any of the programs is: a missing one is then named by the schema. */
  fromEnv(env) {
    const { SCRIPT_PROVISION, SCRIPT_TERMINATE, SCRIPT_HEALTH_CHECK, SCRIPT_TIMEOUT } = env;
    if (!SCRIPT_PROVISION && !SCRIPT_TERMINATE && !SCRIPT_HEALTH_CHECK) return null;
    return {
      provision: SCRIPT_PROVISION || undefined,
      terminate: SCRIPT_TERMINATE || undefined,
      healthCheck: SCRIPT_HEALTH_CHECK || undefined,
      timeout: SCRIPT_TIMEOUT || undefined,
    };
  },

  // No program resets, reinstalls or reboots: these apply once a human has said "done".
  pace: {
    reset_password: { poll: 30, settle: 5, limit: 3600 },
    reinstall: { poll: 30, settle: 30, limit: 3600 },
    reboot: { poll: 30, settle: 10, limit: 3600 },
  },

  create(settings, { programs, log }): ScriptProvider {
    return {
      can: new Set<ProviderAction>(),
      list: async (signal) => {
        signal.throwIfAborted();
        return [];
      },
      async facts(ref, signal) {
        const request = { action: 'health_check', external_id: ref } as const;
        const { health, instance } = await runScript(settings, programs, request, signal);
        const same = instance?.ref === ref ? instance : null;
        if (instance && same === null) {
          throw new OpsError(
            'upstream',
            `Asked about ${ref}, the program told of ${instance.ref}.`,
          );
        }
        return {
          ref,
          hostname: null,
          ipv4: same?.ipv4 ?? null,
          ipv6: same?.ipv6 ?? null,
          sshPort: same?.sshPort ?? 22,
          region: same?.region ?? null,
          label: null,
          state: STATES[health?.status ?? 'unknown'],
          os: null,
          activeTask: health?.status === 'provisioning' ? 'provisioning' : null,
          user: 'root',
        };
      },
      systems: async (_ref, signal) => {
        signal.throwIfAborted();
        return [];
      },
      async start(ref, action) {
        throw new OpsError('unsupported', `No program can ${action} server ${ref}.`, {
          hint: TEXTS[action],
        });
      },
      async task(ref, id) {
        throw new OpsError('not_found', `Server ${ref} of the script provider has no task ${id}.`);
      },
      latest: async () => null,
      async check(signal) {
        for (const path of [settings.provision, settings.terminate, settings.healthCheck]) {
          signal.throwIfAborted();
          await access(path, constants.X_OK).catch((cause: unknown) => {
            throw new OpsError('unavailable', `${path} cannot be executed.`, {
              retry: 'no',
              hint: `Put the program there and make it executable (chmod +x ${path}).`,
              cause,
            });
          });
        }
      },
      byHand: (ref, action) => `Server ${ref}: ${TEXTS[action]}`,
      async provision(request, signal) {
        const answer = await runScript(
          settings,
          programs,
          { action: 'provision', ...request },
          signal,
        );
        if (!answer.instance) {
          throw new OpsError('unknown_outcome', 'The provision program told of no instance.');
        }
        log.info({ provider: 'script', ref: answer.instance.ref }, 'server created');
        return answer.instance;
      },
      async terminate(request, signal) {
        await runScript(settings, programs, { action: 'terminate', ...request }, signal);
        log.info({ provider: 'script', ref: request.external_id }, 'server given back');
      },
    };
  },
});
