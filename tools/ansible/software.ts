import { openPorts } from '../server/declared-ports.ts';
import { playbookTool, type Vars } from './playbook-tool.ts';

const softwareVars: Vars = (server, { hostSettings }, { upgrade, agentAddresses }) => ({
  zavhoz_ssh_port: server.connection.port,
  zavhoz_open_ports: openPorts(server),
  zavhoz_agent_addresses: agentAddresses,
  zavhoz_timezone: hostSettings.timezone,
  zavhoz_upgrade: upgrade && hostSettings.upgrade,
  zavhoz_docker_source: hostSettings.dockerSource,
  ...(server.hostname === null ? {} : { zavhoz_hostname: server.hostname }),
  ...(hostSettings.dockerStorageDriver === null
    ? {}
    : { zavhoz_docker_storage_driver: hostSettings.dockerStorageDriver }),
});

export const ansibleSoftware = playbookTool(
  'ansible_software',
  'provision_software',
  1190,
  'packages, Docker, firewall, fail2ban',
  softwareVars,
);
