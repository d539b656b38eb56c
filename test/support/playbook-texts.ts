import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { AgentText } from './agent-texts.ts';

const FOLDER = 'playbooks';
/** Values of Jinja and of Python's `%`. */
const VALUE = /\{\{.*?\}\}|%s/gs;

/** `{{ a }} and %s` as `{0} and {1}`, in one line as YAML folds it. */
function numbered(text: string): string {
  let index = 0;
  return text
    .replace(VALUE, () => `{${index++}}`)
    .replace(/\s+/g, ' ')
    .trim();
}

/** Names of plays and tasks, what roles say when they fail, and the roles that Ansible names before. */
export function playbookTexts(): readonly AgentText[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  const roles = readdirSync(join(FOLDER, 'roles'));
  return [
    ...roles.map((role) => ({ text: `${role} : {0}`, where: join(FOLDER, 'roles', role) })),
    ...files
      .filter((name) => /^(?!.*\/(vars|meta|files|templates)\/).*\.ya?ml$/.test(name))
      .flatMap((name) => tasks(join(FOLDER, name))),
    ...files.filter((name) => name.endsWith('.py')).flatMap((name) => failures(join(FOLDER, name))),
  ];
}

function tasks(file: string): readonly AgentText[] {
  const found: AgentText[] = [];
  const add = (text: unknown) => {
    if (typeof text === 'string') found.push({ text: numbered(text), where: file });
  };
  const walk = (node: unknown, inList: boolean): void => {
    if (Array.isArray(node)) {
      for (const entry of node) walk(entry, true);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      // A play or a task stands in a list; arguments of modules are called `name` as well.
      if ((key === 'name' && inList) || key === 'fail_msg' || key === 'msg') add(value);
      else walk(value, false);
    }
  };
  for (const document of parseAllDocuments(readFileSync(file, 'utf8')))
    walk(document.toJS(), false);
  return found;
}

/** `fail_json(msg="…")` and what the callback plugin says by itself. */
function failures(file: string): readonly AgentText[] {
  const source = readFileSync(file, 'utf8');
  const calls = source.matchAll(/(?:fail_json\(\s*msg|\b(?:task|msg)|HIDDEN)\s*=\s*"([^"]+)"/g);
  return [...calls].map(([, text = '']) => ({ text: numbered(text), where: file }));
}
