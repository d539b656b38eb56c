import { randomInt } from 'node:crypto';

/** The texts in which the provider was seen to give a root password. */
export const PASSWORD_FORMS = [
  'plain',
  'new',
  'root',
  'html',
  'html_single',
  'html_entities',
] as const;
export type PasswordForm = (typeof PASSWORD_FORMS)[number];

const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Sixteen characters; `#` inside, because an INI file would cut there, `&` and `<` where escaped. */
export function newPassword(form: PasswordForm): string {
  const letter = () => LETTERS.charAt(randomInt(LETTERS.length));
  const some = (n: number) => Array.from({ length: n }, letter).join('');
  return form === 'html_entities' ? `${some(6)}&#<${some(7)}` : `${some(7)}#${some(8)}`;
}

/** The text of a finished task's `results`. */
export function describePassword(form: PasswordForm, password: string): string {
  const anchor = (quote: string, value: string) =>
    `<a href="#" onclick=${quote}this.innerHTML = ${value}; return false;${quote}>Click to show</a>`;
  switch (form) {
    case 'plain':
      return `Password: ${password}`;
    case 'new':
      return `New password: ${password}`;
    case 'root':
      return `Server was prepared.\nRoot password: ${password}\n`;
    case 'html':
      return `Password: ${anchor("'", `"${password}"`)}`;
    case 'html_single':
      return `Password: ${anchor('"', `'${password}'`)}`;
    case 'html_entities':
      return `Password: ${anchor('"', `&quot;${escapeHtml(password)}&quot;`)}`;
  }
}

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
