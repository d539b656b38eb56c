/** Why an order is refused, and what would be right instead. */
export const policy = {
  'The work was stopped.': 'Работа остановлена.',
  '{0} is the jump host of other servers: the agent never changes it.':
    'Через {0} идёт путь к другим серверам: его агент никогда не меняет.',
  '{0} ({1}) is where Zavhoz, its database or its queue runs: the agent never changes it.':
    'На {0} ({1}) работает сам Zavhoz, его база или очередь: его агент никогда не меняет.',
  'Do it by hand, or from an agent that does not depend on it.':
    'Сделайте это вручную или другим агентом, который от него не зависит.',
  '{0} is {1}: nobody changes it.': '{0} {1:server_status}: его никто не меняет.',
  'A human takes a reserved server back by setting its status to discovered.':
    'Зарезервированный сервер возвращает человек: сменив статус на discovered.',
  '{0} has care "{1}": only managed servers are ever changed.':
    'Забота о {0}: {1}. Меняются только серверы под управлением (managed).',
  'Set care to "managed" first.': 'Сначала возьмите его под управление: /care, managed.',
  '{0} is marked hands_off: every change is refused.':
    'На {0} метка «не трогать»: любые изменения отклоняются.',
  'Lift hands_off through the API or the CLI first.':
    'Сначала снимите метку «не трогать» через API или командой на хосте.',
  '{0} is {1}: it is not recovered.': 'Сейчас {0} {1:server_status}: его не восстанавливают.',
  '{0} is {1}: it is not rebooted.': 'Сейчас {0} {1:server_status}: его не перезагружают.',
  'A recovery begins from {0}.': 'Восстановление начинается из статусов: {0:server_status}.',
  'A reboot begins from {0}.': 'Перезагрузка начинается из статусов: {0:server_status}.',
  '{0} has no service that Zavhoz could deploy: it knows services as checks only.':
    'На {0} нет сервиса, который Zavhoz мог бы развернуть: сервисы он пока только проверяет.',
  'A service to deploy needs an image or a Compose directory, its ports and a health path; this version cannot store them yet. Deploy by hand: what is checked stays checked.':
    'Для развёртывания нужны образ или каталог Compose, порты и адрес проверки; эта версия хранить их ещё не умеет. Разверните вручную: что проверялось, будет проверяться и дальше.',
  'Another operation is under way on {0}.': 'На {0} уже идёт другая операция.',
  'Wait for operation {0} or cancel it.': 'Дождитесь операции {0} или остановите её.',
  'No rung is reserved on {0}.': 'На {0} место для шага не занято.',
  "Destroying data on {0} needs a human's word.":
    'Стереть данные на {0} можно только по слову человека.',
  'A human orders it by force_rebuild, or approves the reinstall of a recovery.':
    'Человек заказывает переустановку или разрешает её при восстановлении.',
  'A server in status {0} cannot become {1}.':
    'Из статуса «{0:server_status}» нельзя перейти в «{1:server_status}».',
  'Legal from {0}: {1}.': 'Из «{0:server_status}» можно: {1:server_status}.',
  'Nothing leaves {0}.': 'Из «{0:server_status}» перейти нельзя никуда.',
  'Only an owner may do that.': 'Это может только владелец.',
  'No user has the Telegram id {0}.': 'Человека с номером {0} в Telegram нет.',
  'People become known by an invitation, or by POST /api/users.':
    'Люди появляются по приглашению или через POST /api/users.',
  'The last owner cannot be removed or made less.':
    'Последнего владельца нельзя удалить или понизить.',
  'Make another user owner first; on the host, --even-last-owner takes the last one too.':
    'Сначала назначьте владельцем другого; на хосте последнего уберёт --even-last-owner.',
  'There is no such mode: {0} {1}': 'Такого режима нет: {0} {1}',
  'Nobody can be asked about {0}.': 'Об этом никого не спросить: {0}.',

  'A newer order took the place of this one.': 'Его место занял новый заказ.',
  'Operation {0} has ended: {1}.': 'Операция {0} уже закончилась: {1:operation_status}.',
  '"{0}" took longer than {1} s.': '«{0:text}»: не уложились в {1} с.',
  'The operation was cancelled by {0}.': 'Операцию остановили ({0:text}).',
  'The operation was superseded by {0}.': 'Операцию заменили ({0:text}).',
  'a newer order': 'новый заказ',
  'Cancelled by {0}.': 'Остановлено ({0:text}).',
  'The time for the whole operation is over.': 'Время на всю операцию вышло.',
  'The plan ended without a result.': 'План закончился без результата.',
  'Attempt {0}, step {1}: {2}': 'Попытка {0}, шаг «{1:step}»: {2:text}',
  'Nobody worked on it for {0} minutes.': 'Никто не брался за неё {0} мин.',
  'Order it again if it is still wanted.': 'Если ещё нужно, закажите снова.',
  'Its time is over, and it could not go on: {0}':
    'Её время вышло, а продолжить не удалось: {0:text}',
  'It was begun by another version of Zavhoz, and nobody said to go on.':
    'Её начала другая версия Zavhoz, и никто не велел продолжать.',
  'Order it again.': 'Закажите снова.',
  'The worker is stopping; another one goes on.': 'Исполнитель останавливается; продолжит другой.',
};
