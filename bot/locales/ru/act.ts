/** Orders: the same keys as in English. */
export const act = {
  'help.reboot': 'перезагрузить сервер (сначала спрошу)',
  'help.recover': 'вернуть сломанный сервер, шаг за шагом',
  'help.redeploy': 'заново развернуть службы сервера',
  'help.mode': 'насколько далеко восстановление идёт само: observe, ask или auto; можно для группы',
  'help.care': 'что мне можно на сервере: none, watch или managed',

  'operation.reboot': 'перезагрузка {server}',
  'operation.deploy': 'развёртывание служб на {server}',

  'verb.provision': 'Подготовить',
  'verb.rebuild': 'Переустановить…',
  'verb.reset': 'Пересобрать, диск оставить…',
  'verb.reboot': 'Перезагрузить…',
  'verb.recover': 'Восстановить…',
  'verb.redeploy': 'Развернуть службы',
  'verb.maint': 'Обслуживание…',
  'verb.mode': 'Режим…',
  'verb.hands': 'Не трогать…',
  'verb.care': 'Забота…',

  'order.where': '<b>Где:</b> {address}, {provider}, сейчас: {status}',
  'order.until': 'Вопрос открыт до {until}.',
  'order.for': '{who}, этот вопрос вам.',
  'order.gone': '❌ Этого вопроса я уже не помню. Ничего не сделано.',
  'order.no_server': '❌ Этого сервера я уже не знаю.',
  'order.expired': '⌛ Вопрос устарел. Ничего не сделано; если ещё нужно, спросите снова.',
  'order.changed':
    '⚠️ С тех пор как я спросил, кое-что изменилось. Ничего не сделано; посмотрите ещё раз:',
  'order.declined': 'ℹ️ Оставил как есть. Ничего не сделано.',
  'order.confirmed': 'ℹ️ На этот вопрос уже ответили «да». Это считается один раз.',
  'order.not_started': '⚠️ Но ничего так и не началось. Если ещё нужно, спросите снова.',
  'order.not_yours': 'Ответить может только {by}: вопрос был задан не вам.',
  'order.no_backup': '⚠️ Резервных копий Zavhoz не знает: в этой версии он их не ведёт.',
  'order.replaces': 'Заменит то, что сейчас выполняется.\n{what}',
  'accepted.starts': '⏱ Начну через {delay}. До этого отмена ничего не стоит.',

  'order.reboot.title': '⚠️ Перезагрузить {server}?',
  'order.reboot.what':
    '<b>Что произойдёт:</b> сохраню то, что он показывает, провайдер его перезагрузит, и я докажу, что он вернулся: новой загрузкой и тремя удачными проверками.',
  'order.reboot.lost':
    '<b>Что пропадёт:</b> всё, что есть только в памяти; на несколько минут на нём остановится всё.',
  'order.reboot.undo':
    '<b>Путь назад:</b> не нужен; пока провайдер не получил команду, можно остановить.',
  'order.reboot.yes': 'Да, перезагрузить',

  'order.reset.title': '⚠️ Пересобрать {server} с сохранением диска?',
  'order.reset.what':
    '<b>Что произойдёт:</b> провайдер задаст новый пароль root, следующий ключ хоста SSH я приму как новый, затем подготовлю сервер заново.',
  'order.reset.lost':
    '<b>Что пропадёт:</b> нынешний пароль root. Файлы останутся; службы могут перезапуститься.',
  'order.reset.undo':
    '<b>Путь назад:</b> прежний пароль не вернуть; что меняет подготовка, перечислено в README.md.',
  'order.reset.yes': 'Да, пересобрать, диск оставить',

  'order.rebuild.title': '🚨 Переустановить {server}?',
  'order.rebuild.what':
    '<b>Что произойдёт:</b> через {seconds} секунд после вашего слова провайдер переустановит операционную систему; затем я подготовлю сервер заново.',
  'order.rebuild.lost':
    '<b>Что пропадёт:</b> ВСЁ на его диске и резервные копии, которые хранит провайдер.',
  'order.rebuild.undo':
    '<b>Путь назад:</b> никакого, когда провайдер начал. До этого остановит кнопка.',
  'order.rebuild.yes': 'Да, переустановить',
  'rebuild.usage':
    'Напишите {usage}, чтобы сохранить диск; без <code>reset</code> диск будет стёрт.',
  'rebuild.owner_only':
    '❌ Это стирает диск: приказать может только владелец. Вам можно пересобрать с сохранением диска.',

  'order.recover.title': '⚠️ Восстановить {server}? Сейчас: {what}.',
  'order.recover.ask':
    '<b>Что произойдёт:</b> посмотрю ещё раз, потом пойду шаг за шагом (перезапуск упавшего, перезагрузка, новый доступ, подготовка, переустановка) и перед каждым шагом спрошу.',
  'order.recover.auto':
    '<b>Что произойдёт:</b> посмотрю ещё раз, потом пойду шаг за шагом. Режим auto: шаги до «{rung}» делаю сразу, дальше спрашиваю.',
  'order.recover.lost':
    '<b>Что пропадёт:</b> от самого приказа ничего; каждый шаг, который прерывает работу, скажет, чего он стоит.',
  'order.recover.undo': '<b>Путь назад:</b> /cancel остановит перед следующим шагом.',
  'order.recover.stopped':
    '⛔ Автоматические действия остановлены ({reason}): буду ждать, пока кто-нибудь их не включит.',
  'order.recover.yes': 'Да, восстановить',
  'order.recover.none': 'ℹ️ У {server} нет открытого инцидента, с которым работает восстановление.',
  'order.recover.others': 'Открыто, но шагов против этого у меня нет: {what}.',
  'order.recover.instead': 'Если с ним всё же беда:',
  'order.recover.observe':
    'ℹ️ Режим {server} — observe: восстановление только записало бы, что сделало бы. Владелец может разрешить мне спрашивать перед каждым шагом: /mode.',
  'order.recover.which': 'У {server} несколько инцидентов. После какого восстановить?',

  'order.mode.title': '⚠️ Разрешить действовать самому: {target} в режим auto?',
  'order.mode.servers': {
    one: 'Это касается {count} сервера и всех, кто попадёт в группу.',
    few: 'Это касается {count} серверов и всех, кто попадёт в группу.',
    many: 'Это касается {count} серверов и всех, кто попадёт в группу.',
    other: 'Это касается {count} сервера и всех, кто попадёт в группу.',
  },
  'order.mode.what':
    '<b>Что произойдёт:</b> когда сервер сломается, шаги до «{rung}» сделаю никого не спрашивая; о более жёстких спрошу.',
  'order.mode.lost':
    '<b>Что пропадёт:</b> то, чего стоят эти шаги: перезагрузка, например, останавливает на нём всё.',
  'order.mode.undo':
    '<b>Путь назад:</b> в любой момент <code>/mode {target} ask</code>, а для всех сразу — /freeze.',
  'order.mode.yes': 'Да, auto',
  'mode.server': '{server}',
  'mode.group': 'группа {group}',
  'mode.set': '✅ Режим ({target}): {mode}.',
  'mode.means_observe': 'Смотрю и рассказываю; записываю, что сделал бы, и ничего не делаю.',
  'mode.means_ask': 'Спрашиваю перед каждым шагом.',
  'mode.means_auto': 'Возвращаю серверы сам.',
  'mode.rung': 'Не спрашивая, до шага: {rung}.',
  'mode.now': 'Режим {server}: {mode}. Сменить?',
  'mode.usage':
    'Напишите {server} или {group}: observe, ask или auto, а для группы ещё самый жёсткий шаг без вопроса (restart, reboot, reset_access, provision, reinstall).',
  'mode.rung_of_group': '❌ Самый жёсткий шаг задаётся для группы: /mode {group} …',

  'order.hands.title': '⚠️ Больше не трогать {server}?',
  'order.hands.what':
    '<b>Что произойдёт:</b> буду смотреть за ним, но ничего на нём не изменю, чьим бы ни было слово.',
  'order.hands.lost': '<b>Что пропадёт:</b> восстановления и приказы для него будут отклоняться.',
  'order.hands.undo':
    '<b>Путь назад:</b> не из чата, а на хосте: <code>npx zavhoz servers set-hands-off {server} off</code>',
  'order.hands.yes': 'Да, не трогать',
  'order.hands.done': '✅ {server} больше не трогаю.',
  'order.hands.already': 'ℹ️ {server} я и так не трогаю.',

  'care.set': '✅ Забота о {server}: {care}.',
  'care.means_none': 'Он мне известен, но я его не проверяю и не трогаю.',
  'care.means_watch': 'Проверяю его и сообщаю о бедах; ничего на нём не меняю.',
  'care.means_managed': 'Могу готовить, восстанавливать и менять его: по вашему слову и по режиму.',
  'care.hands_off': 'Но он помечен «не трогать»: любые изменения всё равно отклоняются.',
  'care.usage': 'Напишите {usage}: none, watch или managed.',
  'care.now': 'Забота о {server}: {care}. Сменить?',
  'maint.how_long': 'Сколько продлится обслуживание {server}?',

  'approval.where': '<b>Где:</b> {text}',
  'approval.details': 'Подробности вопроса о {server}',
  'approval.arguments': '<b>Вызов:</b> {tool} {text}',
  'approval.facts': '<b>Факты, на которых он держится:</b>\n{text}',
  'approval.hash': '<b>Хеш:</b> {hash}',
  'approval.timeline': '<b>Что было до сих пор:</b>',
  'approval.timeline_line': '{at}: {text}',
  'approval.earlier': {
    one: '… {count} строка раньше',
    few: '… {count} строки раньше',
    many: '… {count} строк раньше',
    other: '… {count} строки раньше',
  },
  'approval.evidence': '<b>Улики, {section}:</b>\n{text}',
  'approval.no_incident': 'К инциденту он не относится.',
  'rung_does.recheck': 'Посмотреть на {server}.',
  'rung_lost.recheck': 'Ничего.',
  'rung_undo.recheck': 'Не нужен.',
  'rung_does.restart': 'Перезапустить на {server} то, что упало (службы, Docker, контейнеры).',
  'rung_lost.restart': 'Соединения с тем, что перезапускается.',
  'rung_undo.restart': 'Не нужен.',
  'rung_does.reboot': 'Перезагрузить {server} у провайдера.',
  'rung_lost.reboot': 'Всё, что есть только в памяти; на несколько минут на нём остановится всё.',
  'rung_undo.reboot': 'Не нужен.',
  'rung_does.reset_access': 'Сбросить пароль root на {server} и заново поставить ключи.',
  'rung_lost.reset_access': 'Нынешний пароль root.',
  'rung_undo.reset_access': 'Прежний пароль не вернуть.',
  'rung_does.provision': 'Провести на {server} всю подготовку без обновлений.',
  'rung_lost.provision': 'Нынешний пароль root; службы могут перезапуститься.',
  'rung_undo.provision': 'README.md, раздел «What Zavhoz changes on a server».',
  'rung_does.reinstall': 'Переустановить операционную систему {server}.',
  'rung_lost.reinstall': 'ВСЁ на его диске и резервные копии, которые хранит провайдер.',
  'rung_undo.reinstall': 'Невозможен, когда провайдер начал.',
  'button.details': 'Подробности',
  'button.back': '‹ Назад',

  'note.reboot_started': 'Перезагружаю {server}.',
  'note.server_rebooted': '{server} перезагружен, всё в порядке.',
  'note.reboot_failed': 'Не удалось перезагрузить {server}.',
};
