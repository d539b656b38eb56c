import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Field {
  readonly name: string;
  readonly types: readonly string[];
  readonly required: boolean;
}
interface Spec {
  readonly methods: Readonly<Record<string, { readonly fields?: readonly Field[] }>>;
  readonly types: Readonly<
    Record<string, { readonly fields?: readonly Field[]; readonly subtypes?: readonly string[] }>
  >;
}
type Validate = (method: string, payload: Readonly<Record<string, unknown>>) => readonly string[];

const FILE = 'telegram-bot-api-10.1.min.json';
let said = false;

/**
 * Checks calls against the published Bot API, from the folder in SPECS_DIR; says so when it is not
 * there. Throws then where CI is set: no run of the whole goes without.
 */
export function telegramSpec(
  { SPECS_DIR: folder, CI: whole }: NodeJS.ProcessEnv = process.env,
): Validate | undefined {
  const path = join(folder ?? '', FILE);
  if (!folder || !existsSync(path)) {
    if (whole === 'true') {
      throw new Error(`SPECS_DIR (${folder ?? 'not set'}) has no ${FILE}.`);
    }
    if (!said) console.warn(`Calls are not checked against the Bot API: no ${FILE} in SPECS_DIR.`);
    said = true;
    return undefined;
  }
  const spec: Spec = JSON.parse(readFileSync(path, 'utf8'));
  return (method, payload) => {
    const definition = spec.methods[method];
    if (!definition) return [`no method ${method} in the Bot API`];
    return checkFields(spec, definition.fields ?? [], payload, method);
  };
}

function checkFields(spec: Spec, fields: readonly Field[], value: object, at: string): string[] {
  const given = Object.entries(value).filter(([, v]) => v !== undefined);
  const names = new Set(given.map(([name]) => name));
  return [
    ...fields
      .filter((f) => f.required && !names.has(f.name))
      .map((f) => `${at}.${f.name} is missing`),
    ...given.flatMap(([name, v]) => {
      const field = fields.find((f) => f.name === name);
      if (!field) return [`${at}.${name} is not in the Bot API`];
      const tries = field.types.map((type) => checkType(spec, type, v, `${at}.${name}`));
      return tries.some((problems) => problems.length === 0) ? [] : (tries[0] ?? []);
    }),
  ];
}

function checkType(spec: Spec, type: string, value: unknown, at: string): string[] {
  const wrong = [`${at} is not of type ${type}`];
  if (type.startsWith('Array of ')) {
    const inner = type.slice('Array of '.length);
    return Array.isArray(value)
      ? value.flatMap((v, index) => checkType(spec, inner, v, `${at}[${index}]`))
      : wrong;
  }
  // A file of the form itself.
  if (type === 'InputFile') return typeof value === 'object' && value !== null ? [] : wrong;
  if (type === 'Integer') return Number.isInteger(value) ? [] : wrong;
  if (type === 'Float') return typeof value === 'number' ? [] : wrong;
  if (type === 'String') return typeof value === 'string' ? [] : wrong;
  if (type === 'Boolean') return typeof value === 'boolean' ? [] : wrong;
  const definition = spec.types[type];
  if (!definition || typeof value !== 'object' || value === null) return wrong;
  if (definition.subtypes?.length) {
    const tries = definition.subtypes.map((sub) => checkType(spec, sub, value, at));
    return tries.some((problems) => problems.length === 0) ? [] : (tries[0] ?? []);
  }
  return checkFields(spec, definition.fields ?? [], value, at);
}
