/** Orders, their previews and their confirmations. */
export const act = {
  'operation.reboot': 'reboot of {server}',
  'operation.deploy': 'redeployment of services on {server}',

  // Notifications
  'note.reboot_started': 'Rebooting {server}.',
  'note.server_rebooted': '{server} was rebooted and is well.',
  'note.reboot_failed': 'The reboot of {server} failed.',
} as const;
