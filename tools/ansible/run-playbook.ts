import { z } from 'zod';
import type { PlaybookName } from '#domain/remote.ts';
import type { Server } from '#domain/server.ts';
import { defineTool } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { openPorts } from '../server/declared-ports.ts';
import { sshTarget } from '../server/target.ts';

type Vars = (
  server: Server,
  deps: ToolDeps,
  input: { upgrade: boolean },
) => Readonly<Record<string, unknown>>;

const accessVars: Vars = (server, { keys }) => ({
  zavhoz_authorized_keys: [keys.publicKey, ...keys.breakGlass],
  zavhoz_private_key: keys.privateKey,
  zavhoz_ssh_port: server.connection.port,
  zavhoz_disable_password_login: true,
});

const softwareVars: Vars = (server, { hostSettings }, { upgrade }) => ({
  zavhoz_ssh_port: server.connection.port,
  zavhoz_open_ports: openPorts(server),
  zavhoz_agent_addresses: hostSettings.agentAddresses,
  zavhoz_timezone: hostSettings.timezone,
  zavhoz_upgrade: upgrade && hostSettings.upgrade,
  zavhoz_docker_source: hostSettings.dockerSource,
  ...(server.hostname === null ? {} : { zavhoz_hostname: server.hostname }),
  ...(hostSettings.dockerStorageDriver === null
    ? {}
    : { zavhoz_docker_storage_driver: hostSettings.dockerStorageDriver }),
});

const playbookTool = (
  name: string,
  playbook: PlaybookName,
  seconds: number,
  what: string,
  vars: Vars,
) =>
  defineTool({
    name,
    description: `Run the playbook ${playbook} on one server: ${what}.`,
    effect: 'change',
    input: z.object({ credential_id: z.string().nullable(), upgrade: z.boolean().default(false) }),
    preview: (_, server) => `run ${playbook} on ${server.handle} (${what})`,
    async run({ credential_id, upgrade }, { server, signal, progress, child }, deps) {
      const target = await sshTarget(server, credential_id, deps);
      const { recap, data } = await deps.playbooks.run(
        { playbook, target, vars: vars(server, deps, { upgrade }), timeoutMs: seconds * 1000 },
        {
          onChild: (record) => child(record === null ? null : { ...record }),
          onEvent: ({ kind, task, index, total }) => {
            const state = kind === 'task' ? undefined : kind;
            // Shown, never waited for: a slow database must not slow the playbook down.
            void progress(task, total > 0 ? Math.min(1, index / total) : undefined, state);
          },
        },
        signal,
      );
      return { ...recap, data };
    },
  });

export const ansibleAccess = playbookTool(
  'ansible_access',
  'provision_access',
  170,
  'install keys, switch password logins off',
  accessVars,
);
export const ansibleSoftware = playbookTool(
  'ansible_software',
  'provision_software',
  1190,
  'packages, Docker, firewall, fail2ban',
  softwareVars,
);
