/** What providers and the programs that stand for them answered. */
export const providers = {
  'No API can {0} server {1}.': 'API для этого нет: {0:words}, сервер {1}.',
  'Server {0} of the manual provider has no task {1}.':
    'У сервера {0} провайдера manual нет задачи {1}.',
  'The webhook answered {0}.': 'Вебхук ответил {0}.',
  'Asked about {0}, the program told of {1}.': 'Спросили о {0}, а программа рассказала о {1}.',
  'No program can {0} server {1}.': 'Программы для этого нет: {0:words}, сервер {1}.',
  'Server {0} of the script provider has no task {1}.':
    'У сервера {0} провайдера script нет задачи {1}.',
  '{0} cannot be executed.': 'Программу {0} нельзя выполнить.',
  'Put the program there and make it executable (chmod +x {0}).':
    'Положите туда программу и сделайте её исполняемой (chmod +x {0}).',
  'The provision program told of no instance.': 'Программа provision не сообщила о сервере.',
  'The {0} program': 'Программа {0}',
  'The {0} program ended with exit code {1}: {2}.':
    'Программа {0} закончилась с кодом {1}: {2:text}.',
  'The {0} program was ended by a signal: {1}.': 'Программу {0} прервал сигнал: {1:text}.',
  '{0} did not end within {1} s.': '{0:text} не закончилась за {1} с.',
  '{0} wrote more than {1} bytes.': '{0:text} написала больше {1} байт.',
  '{0} answered success but {1}.': '{0:text} сообщила об успехе, но {1:text}.',
  'was ended by a signal': 'была прервана сигналом',
  'ended with exit code {0}': 'закончилась с кодом {0}',
  'it printed no answer': 'ответа она не напечатала',
  'its answer is not one JSON object': 'её ответ — не один объект JSON',
  'its answer is wrong at {0} ({1})': 'в её ответе ошибка: {0:text} ({1})',
  'the top': 'на верхнем уровне',
  '{0} It may have acted.': '{0:text} Возможно, она успела подействовать.',
  '{0} reported: {1}': '{0:text} сообщила: {1}',

  'Time4VPS asks to wait {0} s between calls.': 'Time4VPS просит ждать {0} с между вызовами.',
  "Time4VPS does not accept calls from this machine's address.":
    'Time4VPS не принимает вызовов с адреса этой машины.',
  "Add this machine's public address to the API allow-list of the Time4VPS account (Account → Security → API access).":
    'Добавьте внешний адрес этой машины в список разрешённых для API в аккаунте Time4VPS (Account → Security → API access).',
  'Time4VPS refused the login.': 'Time4VPS не принял логин.',
  "Check TIME4VPS_LOGIN (the account's e-mail address) and TIME4VPS_PASSWORD.":
    'Проверьте TIME4VPS_LOGIN (почтовый адрес аккаунта) и TIME4VPS_PASSWORD.',
  'Time4VPS says that the service is suspended.': 'По словам Time4VPS, услуга приостановлена.',
  'Look at the invoices of the account; a suspended server is not a broken one.':
    'Посмотрите счета аккаунта: приостановленный сервер не сломан.',
  'Time4VPS is still working on this server.': 'Time4VPS ещё занят этим сервером.',
  'Time4VPS knows no such task.': 'Time4VPS не знает такой задачи.',
  'Time4VPS knows no such server.': 'Time4VPS не знает такого сервера.',
  'Time4VPS does not know this OS template.': 'Time4VPS не знает этого шаблона ОС.',
  'Set REINSTALL_OS to one of the templates that it lists for the server.':
    'Укажите в REINSTALL_OS один из шаблонов, которые он предлагает для сервера.',
  'Time4VPS refused the call: {0}': 'Time4VPS отклонил вызов: {0}',
  "Check TIME4VPS_LOGIN and TIME4VPS_PASSWORD, and the account's API allow-list.":
    'Проверьте TIME4VPS_LOGIN и TIME4VPS_PASSWORD и список разрешённых адресов для API.',
  'Time4VPS knows no such thing.': 'Time4VPS такого не знает.',
  'Time4VPS answered {0}.': 'Time4VPS ответил {0}.',
  'the whole answer': 'весь ответ',
  'Time4VPS answered {0} in an unknown form ({1}: {2}).':
    'Time4VPS ответил на {0} в незнакомой форме ({1:text}: {2}).',
  'Time4VPS gave no usable answer to {0}; it may have been carried out.':
    'Time4VPS не дал внятного ответа на {0}; возможно, это выполнено.',
  'Time4VPS is still working on {0} ({1}).': 'Time4VPS ещё занят сервером {0} ({1}).',
  'Time4VPS has suspended {0}.': 'Time4VPS приостановил {0}.',
  'No such task.': 'Такой задачи нет.',
  'Time4VPS has no server {0}.': 'У Time4VPS нет сервера {0}.',
  'Time4VPS names servers by numbers.': 'Time4VPS называет серверы номерами.',
  'A reinstallation needs an OS template.': 'Для переустановки нужен шаблон ОС.',
  'Set REINSTALL_OS: Time4VPS does not say which one this server has.':
    'Укажите REINSTALL_OS: какой шаблон у этого сервера, Time4VPS не говорит.',
  'password reset failed{0}': 'сброс пароля не удался{0}',
  'reinstallation failed{0}': 'переустановка не удалась{0}',
  'reboot failed{0}': 'перезагрузка не удалась{0}',
  'The provider of {0} ({1}) is not configured here.': 'Провайдер {0} ({1}) здесь не настроен.',
  'README.md lists the settings of each provider.':
    'Настройки каждого провайдера перечислены в README.md.',
};
