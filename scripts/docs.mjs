// Writes the generated parts of the documents between their markers; with --check it only compares
// and fails where a part is stale. Reads the build (dist), so that it shows what runs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SETTINGS } from '../dist/config/settings.js';
import { SERVER_STATUSES } from '../dist/domain/server.js';
import { TRANSITIONS } from '../dist/domain/server-status.js';
import { STEP_LISTS } from '../dist/graph/build.js';
import { graphDiagram } from '../dist/graph/diagram.js';
import { tools } from '../dist/tools/index.js';

const root = join(import.meta.dirname, '..');
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map(cell).join(' | ')} |`)
    .join('\n');
const mermaid = (text) => `\`\`\`mermaid\n${text.trim()}\n\`\`\``;

function settings() {
  const rows = Object.entries(SETTINGS).map(([name, { about, fallback, secret }]) => [
    `\`${name}\``,
    secret ? `${about} (secret)` : about,
    fallback || '–',
  ]);
  return table(['Setting', 'Meaning', 'Default'], rows);
}

function changes() {
  const roles = readdirSync(join(root, 'playbooks/roles')).sort();
  const rows = roles.flatMap((role) => {
    const file = join(root, 'playbooks/roles', role, 'meta/changes.yml');
    return parse(readFileSync(file, 'utf8')).map(({ what, path, undo }) => [
      role,
      what,
      path,
      undo,
    ]);
  });
  return table(['Role', 'What', 'Where', 'How to undo it'], rows);
}

function statuses() {
  const arrows = new Map();
  for (const { from, to, by } of TRANSITIONS) {
    const key = `${from} --> ${to}`;
    arrows.set(key, by.length === 1 && by[0] === 'human' ? `${key}: by a human` : key);
  }
  // The ways to and from the side statuses are the same for all and would hide the rest.
  const side = ['maintenance', 'unreachable', 'reserved', 'decommissioned', 'force_rebuild'];
  const main = [...arrows].filter(([key]) => {
    const [from, to] = key.split(' --> ');
    return !side.includes(to) && !['maintenance', 'unreachable'].includes(from);
  });
  const into = side.map((to) => {
    const from = TRANSITIONS.filter((t) => t.to === to).map((t) => t.from);
    return [`\`${to}\``, from.map((f) => `\`${f}\``).join(', ')];
  });
  const diagram = ['stateDiagram-v2', '[*] --> discovered', ...main.map(([, line]) => line)];
  return `${mermaid(diagram.join('\n  '))}\n\n${table(['Reached from elsewhere', 'From'], into)}`;
}

function steps() {
  const rows = Object.entries(STEP_LISTS).flatMap(([node, list]) =>
    list.map((step, i) => [node, i + 1, `\`${step.id}\``, step.title, `${step.timeoutSeconds} s`]),
  );
  return table(['Node', '#', 'Step', 'What', 'Deadline'], rows);
}

const toolTable = () =>
  table(
    ['Tool', 'Effect', 'What'],
    tools.map((tool) => [`\`${tool.name}\``, tool.effect, tool.description]),
  );

const parts = {
  'README.md': { settings, changes },
  'docs/architecture.md': {
    graph: async () => mermaid(await graphDiagram()),
    statuses,
    steps,
    tools: toolTable,
  },
};

const check = process.argv.includes('--check');
const stale = [];
for (const [file, makers] of Object.entries(parts)) {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  let text = before;
  for (const [name, make] of Object.entries(makers)) {
    const [from, to] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const [i, j] = [text.indexOf(from), text.indexOf(to)];
    if (i < 0 || j < i) throw new Error(`${file} lacks the markers of its part "${name}"`);
    text = `${text.slice(0, i)}${from}\n\n${await make()}\n\n${text.slice(j)}`;
  }
  if (text === before) continue;
  if (check) stale.push(file);
  else writeFileSync(path, text);
}
if (SERVER_STATUSES.length === 0) throw new Error('no statuses were read');
if (stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run: npm run docs`);
  process.exit(1);
}
