/** SSH, HTTP, programs and playbooks: what the other side did instead of answering. */
export const connection = {
  '{0}: the deadline is over.': '{0:text}: время вышло.',
  '{0}: stopped.': '{0:text}: остановлено.',
  'no answer': 'нет ответа',
  'no answer in {0} ms': 'нет ответа за {0} мс',
  'SSH to {0}': 'SSH к {0}',
  'Check of {0}': 'Проверка {0}',
  'Check of {0} at {1}': 'Проверка {0} на {1}',
  'Signs of life of {0}': 'Признаки жизни {0}',
  'Probe of port {0}': 'Проба порта {0}',
  'Ending a playbook': 'Остановка плейбука',
  'Waiting for the playbook of another machine': 'Ожидание плейбука с другой машины',

  'provision_access on {0}': 'Открытие входа на {0}',
  'provision_software on {0}': 'Установка на {0}',
  'health_check on {0}': 'Проверка здоровья {0}',
  '{0}: --list-hosts failed: {1}': '{0:text}: --list-hosts не удался: {1:text}',
  '{0}: not done in {1} s{2}.': '{0:text}: не успели за {1} с{2:text}.',
  'The playbook process did not start.': 'Плейбук не запустился.',
  'The playbook process {0} cannot be ended.': 'Плейбук (процесс {0}) не остановить.',
  'The jump host did not let us through: check its address, login and host key.':
    'Промежуточный хост не пропустил: проверьте его адрес, логин и ключ хоста.',
  'Record the new host key only if the server was reinstalled on purpose.':
    'Записывайте новый ключ хоста, только если сервер переустановили намеренно.',
  'Check how the connection becomes root: sudo, and its password.':
    'Проверьте, как подключение становится root: sudo и его пароль.',
  'Check user and credential, or reset the password.':
    'Проверьте имя и ключ или пароль либо сбросьте пароль.',
  'Another apt or dpkg runs on the server; try again when it has ended.':
    'На сервере работает другой apt или dpkg; повторите, когда он закончит.',
  "The server's disk is full: free some space, then try again.":
    'Диск сервера полон: освободите место и повторите.',
  'The server cannot resolve names: check its DNS settings.':
    'Сервер не находит имён: проверьте его DNS.',
  'The server cannot reach its package sources: check its way out.':
    'Сервер не достаёт до источников пакетов: проверьте, выпускают ли его наружу.',
  'Install python3 on the server.': 'Поставьте на сервер python3.',
  '{0}: another playbook is still running on this server.':
    '{0:text}: на этом сервере ещё идёт другой плейбук.',
  '{0}: it also ran on {1}.': '{0:text}: он прошёл и на {1}.',
  '{0}: ended from outside{1}.': '{0:text}: остановлено извне{1:text}.',
  'nothing ran': 'ничего не выполнено',
  'exit code {0}': 'код выхода {0}',
  ' during "{0}"': ' на задаче «{0:text}»',
  '{0}: not started in time.': '{0:text}: не началось вовремя.',
  '"{0}" is no handle of a server.': '«{0}» — не имя сервера.',
  '{0} is missing.': '{0}: файла нет.',
  'no play': 'ни одном сценарии',
  'no host': 'ни одном хосте',
  'The playbook would run on {0} instead of exactly {1}.':
    'Плейбук прошёл бы на {0:text} вместо одного только {1}.',
  'No host key of {0} is recorded.': 'Ключ хоста {0} не записан.',
  'Record the host key first: a playbook never runs on a host it cannot recognise.':
    'Сначала запишите ключ хоста: на хосте, который не узнать, плейбук не выполняется.',

  '{0} ({1}, port {2})': '{0} ({1}, порт {2})',
  '{0} ({1}, port {2}): {3}': '{0} ({1}, порт {2}): {3:text}',
  '{0} ({1}, port {2}): no answer in {3} ms': '{0} ({1}, порт {2}): нет ответа за {3} мс',
  '{0}: no answer in {1} ms': '{0:text}: нет ответа за {1} мс',
  'Jump host {0}': 'Промежуточный хост {0}',
  'Jump host {0}: {1}': 'Промежуточный хост {0}: {1:text}',
  'shows another host key than recorded ({0})': 'показывает не тот ключ хоста, что записан ({0})',
  'closed the connection': 'закрыл соединение',
  'unusable credential: {0}': 'ключ не годится: {0}',
  'refused the key of {0} (offers {1})': 'не принял ключ {0} (предлагает: {1:text})',
  'refused the password of {0} (offers {1})': 'не принял пароль {0} (предлагает: {1:text})',
  'takes no keys (offers {0})': 'не принимает ключей (предлагает: {0:text})',
  'takes no passwords (offers {0})': 'не принимает паролей (предлагает: {0:text})',
  'Nothing listens on the SSH port: sshd is down, still starting, or on another port.':
    'На порту SSH никто не слушает: sshd упал, ещё запускается или на другом порту.',
  'Check address, network and firewall.': 'Проверьте адрес, сеть и файрвол.',
  'The host is down, overloaded, or a firewall drops the packets.':
    'Хост выключен, перегружен, или пакеты отбрасывает файрвол.',
  '{0}: sudo asks {1} for a password.': '{0}: sudo спрашивает у {1} пароль.',
  'Give the connection a sudo password, or allow sudo without one.':
    'Укажите у подключения пароль sudo или разрешите sudo без пароля.',
  '{0}: the password has to be changed first.': '{0}: сначала нужно сменить пароль.',
  'Log in by hand once and change the expired password.':
    'Войдите один раз вручную и смените просроченный пароль.',
  'The host opened no channel: {0}': 'Хост не открыл канал: {0}',
  '{0}: sudo refused the password of {1}.': '{0}: sudo не принял пароль {1}.',
  "{0}: the connection ended before the program's exit code came.":
    '{0}: соединение оборвалось раньше, чем пришёл код выхода программы.',
  '{0}: sudo did not run: {1}': '{0}: sudo не запустился: {1}',
  '{0} logged in.': '{0}: вход удался.',
  'There is no program to run.': 'Запускать нечего.',
  '{0} answered the check with {1}': '{0} ответил на проверку непонятно: {1:text}',
  '{0} runs no command: {1}': '{0} не выполняет команд: {1}',
  '{0} closed the connection during the check': '{0} закрыл соединение во время проверки',
  'The probe was closed.': 'Проверка закончена.',
  '{0}: the probe was closed.': '{0:text}: проверка закончена.',

  '{0}: the answer was lost ({1}).': '{0}: ответ потерян ({1:text}).',
  '{0}: the answer is larger than {1} bytes.': '{0}: ответ больше {1} байт.',
  '{0}: no answer ({1}).': '{0}: нет ответа ({1}).',
  stopped: 'остановлено',
  'it is not installed': 'не установлена',
  '{0} cannot be started: {1}.': 'Программу {0} не запустить: {1:text}.',
  'Install {0} or correct its path.': 'Поставьте {0} или исправьте путь.',
};
