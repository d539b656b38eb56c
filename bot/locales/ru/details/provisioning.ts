/** Preparing a server: identity, access, software, the look from outside. */
export const provisioning = {
  '{0} has no address yet.': 'У {0} ещё нет адреса.',
  'The provider did not take the {0}: {1}': 'Провайдер не принял заказ ({0:words}): {1:text}',
  '{0} does not answer by SSH: {1}': '{0} не отвечает по SSH: {1:text}',
  'waiting for SSH: {0}': 'жду SSH: {0:text}',
  "{0} refuses the agent's key.": '{0} не принимает ключ агента.',
  "Check that root's authorized_keys holds: {0}":
    'Проверьте, что в authorized_keys у root есть: {0}',
  '{0} refuses the new root password over SSH.': '{0} не принимает новый пароль root по SSH.',
  'Some templates switch SSH passwords off.': 'В некоторых шаблонах вход по паролю выключен.',
  'No verified key of {0} is stored.': 'Проверенного ключа {0} нет.',
  'The SSH host key of {0} is not the recorded one.': 'Ключ хоста SSH у {0} не тот, что записан.',
  'If it was reinstalled in the provider\'s panel, order force_rebuild with "reset"; else find out who answers at its address.':
    'Если его переустановили в панели провайдера, закажите пересборку с сохранением диска; иначе выясните, кто отвечает по его адресу.',
  'The key does not log in: {0}': 'Ключ не подходит: {0:text}',
  '{0} showed no host key: {1}': '{0} не показал ключа хоста: {1:text}',
  "The provider's {0} failed: {1}": 'У провайдера не удалось ({0:words}): {1:text}',
  "The provider's {0} of {1} did not end within {2} s.":
    'Провайдер не закончил за {2} с ({0:words}, {1}).',
  "Look at the server's tasks in the provider's panel.":
    'Посмотрите на задачи сервера в панели провайдера.',
  'waiting for the provider ({0}, look {1})': 'жду провайдера ({0:words}, проверка {1})',
  'Cannot list listening ports: {0}': 'Не узнать, какие порты слушают: {0}',
  'The new key does not open {0}: {1}': 'Новый ключ не открывает {0}: {1:text}',
  'the port probe did not start: {0}': 'проба порта не запустилась: {0}',
  'the port probe does not answer on the host itself': 'проба порта не отвечает и на самом хосте',
  'a port published by a container ({0}) answers from outside':
    'порт, опубликованный контейнером ({0}), отвечает снаружи',
  'The provider says {0} is at {1}, we know it at {2}.':
    'По словам провайдера, адрес {0} — {1:text}, а у нас записан {2}.',
  'Check the server in the panel, then correct its address here; nothing was done.':
    'Проверьте сервер в панели и исправьте его адрес здесь; ничего не сделано.',
  '{0} is suspended by its provider.': '{0} приостановлен провайдером.',
  'Settle it with the provider (billing); a suspended server is not a broken one.':
    'Уладьте это с провайдером (оплата): приостановленный сервер не сломан.',
  'The provider is busy with {0}: {1}.': 'Провайдер занят сервером {0}: {1}.',
  'No OS template of the provider matches "{0}".': 'У провайдера нет шаблона ОС «{0}».',
  'Set REINSTALL_OS to one of: {0}.': 'Укажите в REINSTALL_OS одно из: {0}.',
  '{0} has no {1} address.': 'У {0} нет адреса {1:words}.',
  'Set its address, or the address family in use, on the server.':
    'Укажите у сервера этот адрес или другое семейство адресов.',
  'The jump hosts of {0} form a loop.': 'Путь к {0} через промежуточные хосты замкнулся.',
  'key and password logins, Docker, open ports{0}':
    'вход по ключу и по паролю, Docker, открытые порты{0:text}',
  ', a port published by a container': ', порт, опубликованный контейнером',
  '{0}: the key does not log in: {1}': '{0}: ключ не подходит: {1:text}',
  'SSH still offers {0} logins': 'SSH всё ещё предлагает вход: {0}',
  'SSH still offers {0} and {1} logins': 'SSH всё ещё предлагает вход: {0} и {1}',
  'could not see which logins SSH offers ({0})':
    'не удалось увидеть, какой вход предлагает SSH ({0:words})',
  'Docker does not run: {0}': 'Docker не работает: {0}',
  'Compose does not answer: {0}': 'Compose не отвечает: {0}',
  'undeclared ports answer from outside: {0}': 'снаружи отвечают незаявленные порты: {0}',
};
