import { playbookTool, type Vars } from './playbook-tool.ts';

const accessVars: Vars = (server, { keys, hostSettings }, { upgrade, begin }) => ({
  zavhoz_authorized_keys: [keys.publicKey, ...keys.breakGlass],
  zavhoz_private_key: keys.privateKey,
  zavhoz_ssh_port: server.connection.port,
  zavhoz_disable_password_login: true,
  zavhoz_begin: begin,
  zavhoz_upgrade: upgrade && hostSettings.upgrade,
});

export const ansibleAccess = playbookTool(
  'ansible_access',
  'provision_access',
  170,
  'install keys, switch password logins off',
  accessVars,
);
