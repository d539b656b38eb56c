import { openPorts } from '../server/declared-ports.ts';
import { ownAddresses } from './own-addresses.ts';
import { playbookTool, type Vars } from './playbook-tool.ts';

const softwareVars: Vars = async (server, deps, { upgrade }, { target, signal }) => ({
  zavhoz_ssh_port: server.connection.port,
  zavhoz_open_ports: openPorts(server),
  zavhoz_agent_addresses: await ownAddresses(target, signal, deps),
  zavhoz_timezone: deps.hostSettings.timezone,
  zavhoz_upgrade: upgrade && deps.hostSettings.upgrade,
  zavhoz_docker_source: deps.hostSettings.dockerSource,
  ...(server.hostname === null ? {} : { zavhoz_hostname: server.hostname }),
  ...(deps.hostSettings.dockerStorageDriver === null
    ? {}
    : { zavhoz_docker_storage_driver: deps.hostSettings.dockerStorageDriver }),
});

export const ansibleSoftware = playbookTool(
  'ansible_software',
  'provision_software',
  1190,
  'packages, Docker, firewall, fail2ban',
  softwareVars,
);
