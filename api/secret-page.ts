/** What the page says; it is no chat, so its texts stand here, in both languages. */
const TEXTS = {
  en: {
    title: 'Root password',
    ask: 'This link shows a root password once. Press the button: a code is sent to your chat with the bot.',
    send: 'Send me the code',
    code: 'The code from the chat',
    show: 'Show the password',
    wrong: 'That is not the code.',
    shown: 'Shown this once: this page cannot be opened again.',
    server: 'Server',
    user: 'User',
    password: 'Password',
    gone: 'This link is used up, expired, or was never good. Ask the bot for a new one: /password',
  },
  ru: {
    title: 'Пароль root',
    ask: 'Эта ссылка один раз покажет пароль root. Нажмите кнопку: код придёт в вашу переписку с ботом.',
    send: 'Прислать код',
    code: 'Код из чата',
    show: 'Показать пароль',
    wrong: 'Это не тот код.',
    shown: 'Показано один раз: снова эта страница не откроется.',
    server: 'Сервер',
    user: 'Пользователь',
    password: 'Пароль',
    gone: 'Ссылка использована, устарела или никогда не действовала. Попросите у бота новую: /password',
  },
} as const;
export type PageLanguage = keyof typeof TEXTS;

const STYLE =
  'body{font:16px/1.5 sans-serif;max-width:34em;margin:4em auto;padding:0 1em}code{font-size:1.2em;user-select:all}button,input{font:inherit;padding:.4em .8em}';

/**
 * Nothing from elsewhere, no script, no frame, no trace: the page is not kept, not indexed, and names
 * its own address to nobody.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow, noarchive',
};

/** Russian where the browser asks for it before English. */
export const languageOf = (accepted: string | undefined): PageLanguage =>
  /^\s*ru\b/i.test(accepted ?? '') ? 'ru' : 'en';

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

function page(language: PageLanguage, body: string): string {
  const { title } = TEXTS[language];
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="robots" content="noindex, nofollow, noarchive"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>${body}</body></html>\n`;
}

/** The first sight: nothing has happened yet, and a GET changes nothing. */
export const askPage = (language: PageLanguage): string => {
  const t = TEXTS[language];
  return page(
    language,
    `<p>${t.ask}</p><form method="post"><button name="send" value="1">${t.send}</button></form>`,
  );
};

export const codePage = (language: PageLanguage, wrong: boolean): string => {
  const t = TEXTS[language];
  return page(
    language,
    `${wrong ? `<p><b>${t.wrong}</b></p>` : ''}<form method="post"><label>${t.code}: <input name="code" maxlength="20" autocomplete="one-time-code" autofocus required></label> <button>${t.show}</button></form>`,
  );
};

export function secretPage(
  language: PageLanguage,
  { server, user, password }: { server: string; user: string; password: string },
): string {
  const t = TEXTS[language];
  const line = (name: string, value: string) => `<p>${name}: <code>${escaped(value)}</code></p>`;
  return page(
    language,
    `${line(t.server, server)}${line(t.user, user)}${line(t.password, password)}<p>${t.shown}</p>`,
  );
}

export const gonePage = (language: PageLanguage): string =>
  page(language, `<p>${TEXTS[language].gone}</p>`);
