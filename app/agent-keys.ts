import { ensureKeyPair, loadKey } from '#adapters/keys.ts';
import type { Config } from '#config/index.ts';
import type { Settings } from '#config/settings.ts';
import { OpsError } from '#domain/errors.ts';
import type { AgentKeys, HostSettings } from '#domain/tool-deps.ts';
import type { dataPaths } from './data-dir.ts';

/** The agent's key pair, given or generated, and the keys of people that go in with it. */
export async function agentKeys(
  { settings }: Config,
  paths: ReturnType<typeof dataPaths>,
): Promise<AgentKeys> {
  const given = settings.ORCHESTRATOR_SSH_PRIVATE_KEY_PATH;
  const pair =
    given === undefined ? await ensureKeyPair(paths.agentKey, 'zavhoz') : await loadKey(given);
  const publicKey = settings.ORCHESTRATOR_SSH_PUBLIC_KEY;
  const blob = (line: string) => line.split(' ')[1];
  if (publicKey !== undefined && blob(publicKey) !== blob(pair.publicKey)) {
    throw new OpsError(
      'invalid_input',
      'ORCHESTRATOR_SSH_PUBLIC_KEY is not the public half of the private key.',
      {
        hint: 'Leave it out: it is derived from ORCHESTRATOR_SSH_PRIVATE_KEY_PATH.',
      },
    );
  }
  const people = settings.BREAK_GLASS_SSH_PUBLIC_KEYS;
  const breakGlass =
    people.length > 0
      ? people
      : [(await ensureKeyPair(paths.breakGlassKey, 'zavhoz-break-glass')).publicKey];
  return { ...pair, publicKey: publicKey ?? pair.publicKey, breakGlass };
}

export const hostSettings = (settings: Settings): HostSettings => ({
  timezone: settings.SERVER_TIMEZONE,
  upgrade: settings.SERVER_UPGRADE,
  dockerSource: settings.DOCKER_SOURCE,
  dockerStorageDriver: settings.DOCKER_STORAGE_DRIVER ?? null,
  agentAddresses: settings.ZAVHOZ_AGENT_ADDRESSES,
  reinstallOs: settings.REINSTALL_OS ?? null,
});
