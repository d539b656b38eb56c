/** One shell word, whatever is in it: the only place where arguments are quoted. */
export const quote = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

export const quoteAll = (argv: readonly string[]): string => argv.map(quote).join(' ');
