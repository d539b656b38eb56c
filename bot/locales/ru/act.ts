/** Orders: the same keys as in English. */
export const act = {
  'operation.reboot': 'перезагрузка {server}',
  'operation.deploy': 'развёртывание служб на {server}',

  'note.reboot_started': 'Перезагружаю {server}.',
  'note.server_rebooted': '{server} перезагружен, всё в порядке.',
  'note.reboot_failed': 'Не удалось перезагрузить {server}.',
};
