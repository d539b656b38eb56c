/** Questions to people: approvals and what has to be done or told by hand. */
export const asking = {
  'Look at {0} ({1}, {2})': 'Посмотреть на {0} ({1:text}, {2}).',
  'Restart what failed (units, Docker, containers) on {0} ({1}, {2})':
    'Перезапустить на {0} ({1:text}, {2}) то, что упало (службы, Docker, контейнеры).',
  'Reboot at its provider: {0} ({1}, {2})': 'Перезагрузить {0} ({1:text}, {2}) у провайдера.',
  'Reset the root password and install the keys anew on {0} ({1}, {2})':
    'Сбросить пароль root на {0} ({1:text}, {2}) и заново поставить ключи.',
  'Run the whole preparation without upgrades on {0} ({1}, {2})':
    'Провести на {0} ({1:text}, {2}) всю подготовку без обновлений.',
  'Reinstall the operating system of {0} ({1}, {2})':
    'Переустановить операционную систему {0} ({1:text}, {2}).',
  'no address': 'без адреса',
  'Nothing.': 'Ничего.',
  'Not needed.': 'Не нужен.',
  'Connections to what is restarted.': 'Соединения с тем, что перезапускается.',
  'Whatever is only in memory; everything on it stops for some minutes.':
    'Всё, что есть только в памяти; на несколько минут на нём остановится всё.',
  'The present root password.': 'Нынешний пароль root.',
  'The former password cannot be brought back.': 'Прежний пароль не вернуть.',
  'The present root password; services may restart.':
    'Нынешний пароль root; службы могут перезапуститься.',
  'README.md, section "What Zavhoz changes on a server".':
    'README.md, раздел «What Zavhoz changes on a server».',
  "EVERYTHING on its disk, and the provider's own backups of it.":
    'ВСЁ на его диске и резервные копии, которые хранит провайдер.',
  'Impossible once the provider has begun.': 'Невозможен, когда провайдер начал.',
  '{0} since {1}: {2}.': '{0:incident_type} с {1:moment}: {2:text}.',
  'Tried: {0}.': 'Испробовано: {0:words}.',
  'No healthy neighbour could be asked.': 'Спросить здоровых соседей не удалось.',
  'DISAGREEMENT: {0} sees its SSH port {1}; perhaps the way from here is broken, not the server.':
    'РАСХОЖДЕНИЕ: {0} видит порт SSH так: {1:words}; возможно, сломан путь отсюда, а не сервер.',
  '{0} sees the same ({1}).': '{0} видит то же самое ({1:words}).',

  'Asked for approval: {0}': 'Нужно разрешение: {0:text}',
  'Approval voided: {0}': 'Разрешение отозвано: {0:text}',
  'Approved by {0}': 'Разрешено: {0}',
  'Denied by {0}': 'Запрещено: {0}',
  'The facts have changed.': 'Обстоятельства изменились.',
  'Whoever approved it no longer has the role for it.':
    'У того, кто разрешил, больше нет нужной роли.',
  'There is no approval {0}.': 'Вопроса {0} нет.',
  'It was decided already: {0}, by {1}.': 'Это уже решено: {0:words}, {1}.',
  'It was decided already: {0}, by {1} at {2}.': 'Это уже решено: {0:words}, {1}, {2:moment}.',
  'It is too late: this approval is {0}.': 'Слишком поздно: вопрос уже закрыт ({0:words}).',
  'There is no question {0}.': 'Вопроса {0} нет.',
  'This question is {0} already.': 'Этот вопрос уже закрыт ({0:words}).',
  'This question has expired.': 'Этот вопрос устарел.',
  'This question asks for a secret, and there was none.':
    'Этот вопрос ждёт секрета, а его не было.',
  'Nobody answered in time what the operation waited for.':
    'Никто вовремя не ответил на то, чего ждала операция.',
  '{0} declined what was asked.': 'На просьбу ответили отказом ({0:text}).',

  '{0} refuses the new root password over SSH (some templates switch SSH passwords off). Open the provider\'s web console, add this key to /root/.ssh/authorized_keys, then answer "done": {1}':
    '{0} не принимает новый пароль root по SSH (в некоторых шаблонах вход по паролю выключен). Откройте веб-консоль провайдера, добавьте этот ключ в /root/.ssh/authorized_keys и нажмите «Сделано»: {1}',
  "The provider reset the root password of {0} but did not tell it. Look it up in the provider's panel or e-mail and enter it here; it is stored encrypted and used once.":
    'Провайдер сбросил пароль root на {0}, но не сообщил его. Найдите пароль в панели или в письме провайдера и введите здесь; он хранится зашифрованным и нужен один раз.',
  "Set a new root password on server {0} at its provider (panel or support), then enter it here. It is stored encrypted and used once, to install the agent's key.":
    'Задайте новый пароль root сервера {0} у провайдера (панель или поддержка) и введите его здесь. Он хранится зашифрованным и нужен один раз, чтобы поставить ключ агента.',
  'Reinstall the operating system of server {0} at its provider (Debian 12 or 13, or Ubuntu 22.04 or 24.04). This wipes its disk. Say "done" when it has booted.':
    'Переустановите операционную систему сервера {0} у провайдера (Debian 12 или 13 либо Ubuntu 22.04 или 24.04). Это сотрёт его диск. Когда он загрузится, нажмите «Сделано».',
  'Reboot server {0} at its provider. Say "done" when it has booted.':
    'Перезагрузите сервер {0} у провайдера. Когда он загрузится, нажмите «Сделано».',
  'Server {0}: {1}': 'Сервер {0}: {1:text}',
  'Set a new root password on it where it was made, then enter it here.':
    'задайте на нём новый пароль root там, где он создан, и введите его здесь.',
  'Reinstall it where it was made (this wipes its disk), then say "done".':
    'переустановите его там, где он создан (это сотрёт его диск), и нажмите «Сделано».',
  'Reboot it where it was made, then say "done".':
    'перезагрузите его там, где он создан, и нажмите «Сделано».',
  'The provider of {0} cannot do this by itself: {1}. Do it by hand.':
    'Провайдер {0} сам этого не умеет: {1:words}. Сделайте это вручную.',
  'Operation {0} on {1} was begun by another version of Zavhoz, whose steps differ. Answer "done" to run the present steps from the first one (each looks before it acts), or decline to end it.':
    'Операцию {0} на {1} начала другая версия Zavhoz, с другими шагами. «Сделано» запустит нынешние шаги с первого (каждый сначала смотрит, потом действует), отказ закончит операцию.',
};
