/** Orders: the same keys as in English. */
export const act = {
  'operation.reboot': 'перезагрузка {server}',
  'operation.deploy': 'развёртывание служб на {server}',
};
