import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A text of the source, its values as {0}, {1} … in the order in which they stand. */
export interface AgentText {
  readonly text: string;
  /** file:line */
  readonly where: string;
}

/** Calls whose words are for logs, databases and schemas. */
const DEAF_CALLS =
  /(^|\.)log\.\w+$|^(z|Prisma)\b|(^|\.)(query|createHash|\$\w*Raw\w*|regex)$|^(RegExp|row)$/;
/** Fields whose words are for the model, for metrics and for git. */
const DEAF_FIELDS = /^(description|help|preview|sign|'?User-Agent'?)$/;

/** All TypeScript files below a folder that are no tests; or the one file. */
export function sourceFiles(root: string): readonly string[] {
  if (root.endsWith('.ts')) return [root];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(root, name))
    .sort();
}

/** Every literal of a file that may become words for people; `isPhrase` tells which have to. */
export function textsOf(file: string): readonly AgentText[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: AgentText[] = [];
  const visit = (node: ts.Node): void => {
    if (isDeaf(node)) return;
    const text = textOf(node);
    if (text !== null) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ text, where: `${file}:${line + 1}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.templateSpans.reduce(
    (text, { literal }, index) => `${text}{${index}}${literal.text}`,
    node.head.text,
  );
}

function isDeaf(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) {
    return true;
  }
  if (ts.isTaggedTemplateExpression(node)) return true;
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    return DEAF_CALLS.test(node.expression.getText().replace(/\s+/g, ''));
  }
  return ts.isPropertyAssignment(node) && DEAF_FIELDS.test(node.name.getText());
}

/** Words, and more than one of them, or a sentence: a single word is a value as a rule. */
export function isPhrase(text: string): boolean {
  const bare = text.replace(/\{\d+\}/g, '');
  return /[A-Za-z]{2}/.test(bare) && (/\s/.test(text) || /^[A-Z][a-z]+\.$/.test(text));
}
