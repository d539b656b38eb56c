/** What stays as it is in every language: commands, names of files and settings, parts of panels. */
const AS_IT_IS = [
  /npx zavhoz [^\n]*/g,
  /https?:\/\/\S+/g,
  /\/\w+(?: vps-\d+| group:\w+)*/g,
  /What Zavhoz changes on a server/g,
  /Account → Security → API access/g,
  /POST \/api\/\w+/g,
];

/** Runs of English words, two or more: one alone is a name or a term. */
export function englishIn(text: string): readonly string[] {
  const rest = AS_IT_IS.reduce((left, names) => left.replace(names, '·'), text);
  return rest.match(/\b[A-Za-z][a-z']+(?: [a-z][a-z']*)+\b/g) ?? [];
}
