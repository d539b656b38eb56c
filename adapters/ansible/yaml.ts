import { Secret } from '#domain/secret.ts';

/**
 * A value as YAML in JSON's shape, every text tagged `!unsafe`: Ansible then takes it as it is and
 * never as a template (a password may well hold `{{`). Secrets are written in clear: the file is 0600.
 */
export function toYaml(value: unknown): string {
  if (value instanceof Secret) return text(value.reveal());
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(toYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([key, item]) => `${quoted(key)}: ${toYaml(item)}`).join(', ')}}`;
  }
  return 'null';
}

const text = (value: string): string => `!unsafe ${quoted(value)}`;

/** Plain ASCII: YAML breaks lines at some characters that JSON lets pass, and refuses others. */
const quoted = (value: string): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/gu, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return point > 0xffff
      ? `\\U${point.toString(16).padStart(8, '0')}`
      : `\\u${point.toString(16).padStart(4, '0')}`;
  });
