/** Orders, their previews and their confirmations. */
export const act = {
  'operation.reboot': 'reboot of {server}',
  'operation.deploy': 'redeployment of services on {server}',
} as const;
