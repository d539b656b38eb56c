/** The words of a command line as `sh` would see them, without expansions. */
export function words(command: string): readonly string[] {
  const found: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < command.length; at++) {
    const char = command.charAt(at);
    if (quote === "'") {
      if (char === "'") quote = '';
      else word += char;
    } else if (char === '\\') {
      word = (word ?? '') + command.charAt(++at);
    } else if (char === "'" || char === '"') {
      word ??= '';
      quote = quote === char ? '' : char;
    } else if (quote === '' && /\s/.test(char)) {
      if (word !== null) found.push(word);
      word = null;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== null) found.push(word);
  return found;
}
