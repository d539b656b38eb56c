/** Joining, roles and choices: the same keys as in English. */
export const people = {
  'help.invite': 'пригласить человека: одноразовый код с ролью',
  'help.users': 'люди, их роли и удаление',
  'help.password': 'пароль root сервера по ссылке, которая покажет его один раз',
  'help.settings': 'ваш язык и часовой пояс',
  'people.private_only': 'ℹ️ Это только для нашей личной переписки.',

  'join.joined': '✅ Добро пожаловать, {name}. Ваша роль: {role}.\nСписок команд: /help.',
  'join.raised': '✅ {name}, теперь ваша роль: {role}.\nСписок команд: /help.',
  'join.kept':
    'ℹ️ Ваша роль и так {role}, этот код не даёт большего. Он ещё пригодится кому-нибудь другому.',
  'invite.which': 'Какую роль дать? Или напишите {usage}.',
  'invite.usage': '❌ Не понимаю. Напишите {usage}; код живёт от {least} до {most}.',
  'invite.made': '✅ Код для одного человека. Его роль: {role}. Код действует {left} (до {until}).',
  'invite.link': 'Ссылка: {link}',
  'invite.code': 'Или отправить мне в личной переписке: {code}',
  'invite.hand_over':
    'Воспользоваться им может любой, у кого он есть: передайте его только этому человеку.',
  'button.viewer': 'Наблюдатель',
  'button.operator': 'Оператор',
  'button.owner': 'Владелец',

  'users.title': {
    one: 'Роль есть у {count} человека',
    few: 'Роль есть у {count} человек',
    many: 'Роль есть у {count} человек',
    other: 'Роль есть у {count} человека',
  },
  'users.page': '{from}–{to} из {total}',
  'users.gone': '❌ Этого человека я больше не знаю.',
  'user.role': 'Роль: {role}',
  'user.no_role': 'Роли нет: я ему не отвечаю.',
  'user.seen': 'Последний раз: {at}',
  'user.never_seen': 'Ещё не появлялся',
  'user.language': 'Язык: {language}',
  'user.zone': 'Часовой пояс: {zone}',
  'user.you': 'Это вы.',
  'user.changed': '✅ {name}: теперь роль — {role}.',
  'user.unchanged': 'ℹ️ {name}: роль и так — {role}.',
  'user.remove_question':
    'Удалить {name}? Токены, приказы, разрешения, приглашения, подписки и дежурства этого человека сразу закончатся.',
  'user.removed': '✅ У {name} больше нет роли. Всё, что на ней держалось, закончено.',
  'user.last_owner':
    '❌ {name} — последний владелец, в чате понизить его нельзя. Сначала назначьте другого; если телефон потерян, поможет {command} на хосте.',
  'user.your_role': 'ℹ️ Теперь ваша роль: {role}. Список команд: /help.',
  'button.make_viewer': 'Сделать наблюдателем',
  'button.make_operator': 'Сделать оператором',
  'button.make_owner': 'Сделать владельцем',
  'button.remove': 'Удалить…',
  'button.remove_sure': 'Да, удалить',
  'button.keep': 'Нет, оставить',
  'button.people': '‹ Люди',

  'settings.title': 'Ваши настройки',
  'settings.chat_title': 'Как я говорю в этом чате',
  'settings.chat_how': 'Меняет владелец: {language}, {zone}.',
  'settings.language': 'Язык: {language}',
  'settings.zone': 'Часовой пояс: {zone} (сейчас {now})',
  'settings.zones': 'Выберите часовой пояс или напишите {usage}.',
  'settings.zone_set': '✅ Ваш часовой пояс: {zone} (сейчас {now}).',
  'settings.zone_unknown': '❌ Не знаю часового пояса {zone}. Название выглядит так: {example}.',
  'settings.usage': '❌ Не понимаю. Напишите {zone} или {language}.',
  'language.en': 'English',
  'language.ru': 'Русский',
  'language.telegram': 'как в Telegram ({language})',
  'button.as_telegram': 'Как в Telegram',
  'button.zone': 'Часовой пояс…',
  'button.settings': '‹ Настройки',

  'password.none': '❌ Пароля root от {server} у меня нет.',
  'password.link': '🔑 Пароль root от {server}:',
  'password.how':
    'Ссылка только для вас, действует {left} и покажет пароль один раз. Страница спросит код; я пришлю его сюда, когда вы её откроете.',
  'password.local':
    '⚠️ Этот адрес открывается только на хосте агента. Укажите в ZAVHOZ_PUBLIC_URL тот, по которому вы до него достаёте.',
  'password.plain':
    '⚠️ Этот адрес без шифрования (http): по пути его можно подслушать. Укажите в ZAVHOZ_PUBLIC_URL адрес с https.',

  'note.user_joined': 'Новый человек: {name}. Роль: {role}.',
  'note.user_raised': '{name}: теперь роль — {role}, по коду.',
  'note.invited_by': 'Пригласил(а) {by}.',
  'note.secret_code': 'Кто-то открыл ссылку на пароль root от {server}. Код: {code}',
  'note.secret_code_care':
    'Если это не вы, никому его не давайте: без него страница ничего не покажет. Действует до {until}.',
};
