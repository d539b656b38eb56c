/** Joining, roles, and what each person has chosen. */
export const people = {
  'help.invite': 'let somebody in: a one-time code for a role',
  'help.users': 'people, their roles, and how to remove them',
  'help.password': 'the root password of a server, by a link that shows it once',
  'help.settings': 'your language and time zone',
  'people.private_only': 'ℹ️ That is for our private chat only.',

  // Joining
  'join.joined': '✅ Welcome, {name}. You are {role}.\nSend /help for what I can do.',
  'join.raised': '✅ You are {role} now, {name}.\nSend /help for what I can do.',
  'join.kept':
    'ℹ️ You are {role} already, and this code gives no more than that. It is still good for somebody else.',
  'invite.which': 'Which role shall they have? Or write {usage}.',
  'invite.usage': '❌ I did not understand that. Write {usage}; a code lives {least} to {most}.',
  'invite.made':
    '✅ A code for one person, who becomes {role}. It is good for {left} (until {until}).',
  'invite.link': 'Link: {link}',
  'invite.code': 'Or this, sent to me in a private chat: {code}',
  'invite.hand_over': 'Whoever has it can use it: hand it to that person only.',
  'button.viewer': 'Viewer',
  'button.operator': 'Operator',
  'button.owner': 'Owner',

  // People
  'users.title': { one: '{count} person has a role', other: '{count} people have a role' },
  'users.page': '{from}–{to} of {total}',
  'users.gone': '❌ I no longer know this person.',
  'user.role': 'Role: {role}',
  'user.no_role': 'No role: gets no answer from me.',
  'user.seen': 'Last seen: {at}',
  'user.never_seen': 'Not seen yet',
  'user.language': 'Language: {language}',
  'user.zone': 'Time zone: {zone}',
  'user.you': 'That is you.',
  'user.changed': '✅ {name} is {role} now.',
  'user.unchanged': 'ℹ️ {name} is {role} already.',
  'user.remove_question':
    'Remove {name}? Their tokens, orders, approvals, invitations, subscriptions and on-call slots end at once.',
  'user.removed': '✅ {name} has no role any more. What stood on it has ended.',
  'user.last_owner':
    '❌ {name} is the last owner, who cannot be made less in the chat. Make somebody else an owner first; a lost phone is a case for {command} on the host.',
  'user.your_role': 'ℹ️ You are {role} now. Send /help for what I can do.',
  'button.make_viewer': 'Make viewer',
  'button.make_operator': 'Make operator',
  'button.make_owner': 'Make owner',
  'button.remove': 'Remove…',
  'button.remove_sure': 'Yes, remove',
  'button.keep': 'No, keep',
  'button.people': '‹ People',

  // Settings
  'settings.title': 'Your settings',
  'settings.chat_title': 'What this chat is spoken to in',
  'settings.chat_how': 'Its owner changes it: {language}, {zone}.',
  'settings.language': 'Language: {language}',
  'settings.zone': 'Time zone: {zone} (now {now})',
  'settings.zones': 'Choose your time zone, or write {usage}.',
  'settings.zone_set': '✅ Your time zone: {zone} (now {now}).',
  'settings.zone_unknown': '❌ I know no time zone {zone}. A name looks like {example}.',
  'settings.usage': '❌ I did not understand that. Write {zone} or {language}.',
  'language.en': 'English',
  'language.ru': 'Русский',
  'language.telegram': 'as in Telegram ({language})',
  'button.as_telegram': 'As in Telegram',
  'button.zone': 'Time zone…',
  'button.settings': '‹ Settings',

  // The root password
  'password.none': '❌ I have no root password of {server}.',
  'password.link': '🔑 The root password of {server}:',
  'password.how':
    'The link is for you alone, good for {left}, and shows the password once. The page asks for a code, which I send you here when you open it.',
  'password.local':
    '⚠️ This address opens on the host of the agent only. Set ZAVHOZ_PUBLIC_URL to where you reach it.',
  'password.plain':
    '⚠️ This address is not encrypted (http): whoever sits on the way can read along. Set ZAVHOZ_PUBLIC_URL to an https address.',

  // Notifications
  'note.user_joined': '{name} has joined and is {role}.',
  'note.user_raised': '{name} is {role} now, by a code.',
  'note.invited_by': 'Invited by {by}.',
  'note.secret_code': 'Somebody opened the link to the root password of {server}. The code: {code}',
  'note.secret_code_care':
    'If it was not you, give it to nobody: without it the page shows nothing. Good until {until}.',
} as const;
