import type { ServerFilter } from '#domain/repositories.ts';
import { Care, SERVER_STATUSES, type ServerStatus } from '#domain/server.ts';

export interface ServerQuery {
  readonly filter: ServerFilter;
  /** The same filter as it travels in buttons and is shown; empty for all servers. */
  readonly text: string;
}
/** A word that names no status, or no care, and the ones there are. */
export interface WrongWord {
  readonly wrong: string;
  readonly legal: readonly string[];
}

/** Filters that have buttons of their own. */
export const QUICK = {
  broken: { status: ['error', 'unreachable'] },
  up: { status: ['ready', 'in_use'] },
  unmanaged: { care: ['none', 'watch'] },
} as const satisfies Readonly<Record<string, ServerFilter>>;
export type Quick = keyof typeof QUICK;

/** How people begin these words, in both languages. */
const SPOKEN: readonly (readonly [RegExp, Quick])[] = [
  [/^(broken|down|сломан\p{L}*|упал\p{L}*|лежит|лежат)$/u, 'broken'],
  [/^(up|ok|готов\p{L}*|работа\p{L}*)$/u, 'up'],
  [/^(unmanaged|неуправляем\p{L}*|чуж\p{L}*)$/u, 'unmanaged'],
];

const KEYS: Readonly<Record<string, 'status' | 'provider' | 'group' | 'label' | 'care'>> = {
  ...{ status: 'status', s: 'status', статус: 'status' },
  ...{ provider: 'provider', p: 'provider', провайдер: 'provider' },
  ...{ group: 'group', g: 'group', группа: 'group' },
  ...{ label: 'label', l: 'label', метка: 'label' },
  ...{ care: 'care', c: 'care', надзор: 'care' },
};

type Draft = {
  status: ServerStatus[];
  care: Care[];
  provider?: string;
  group?: string;
  label?: string;
  words: string[];
  text: string[];
};

/**
 * Words of a person as a filter: `error`, `status:error`, `broken`, `provider:time4vps`,
 * `group:web`, `label:env=prod`, `care:watch`; all others are a part of the name, address or notes.
 */
export function readServerQuery(text: string): ServerQuery | WrongWord {
  const draft: Draft = { status: [], care: [], words: [], text: [] };
  for (const word of text.trim().split(/\s+/)) {
    const wrong = word === '' ? null : take(draft, word);
    if (wrong) return wrong;
  }
  const { status, care, words, text: shown, ...rest } = draft;
  return {
    filter: {
      ...rest,
      ...(status.length > 0 && { status: [...new Set(status)] }),
      ...(care.length > 0 && { care: [...new Set(care)] }),
      ...(words.length > 0 && { search: words.join(' ') }),
    },
    text: shown.join(' '),
  };
}

function take(draft: Draft, word: string): WrongWord | null {
  const at = word.indexOf(':');
  const key = at > 0 ? KEYS[word.slice(0, at).toLowerCase()] : undefined;
  if (key) return takeNamed(draft, key, word.slice(at + 1));
  const low = word.toLowerCase();
  const status = SERVER_STATUSES.find((one) => one === low);
  if (status) return takeNamed(draft, 'status', status);
  const quick = SPOKEN.find(([pattern]) => pattern.test(low))?.[1];
  if (quick) {
    const filter: ServerFilter = QUICK[quick];
    draft.status.push(...(filter.status ?? []));
    draft.care.push(...(filter.care ?? []));
    draft.text.push(quick);
    return null;
  }
  draft.words.push(word);
  draft.text.push(word);
  return null;
}

function takeNamed(draft: Draft, key: (typeof KEYS)[string], value: string): WrongWord | null {
  if (value === '') return { wrong: `${key}:`, legal: [`${key}:…`] };
  if (key === 'status') {
    const status = SERVER_STATUSES.find((one) => one === value.toLowerCase());
    if (!status) return { wrong: value, legal: SERVER_STATUSES };
    draft.status.push(status);
    draft.text.push(status);
    return null;
  }
  if (key === 'care') {
    const care = Care.options.find((one) => one === value.toLowerCase());
    if (!care) return { wrong: value, legal: Care.options };
    draft.care.push(care);
  } else {
    draft[key] = value;
  }
  draft.text.push(`${key[0]}:${value}`);
  return null;
}

const LONG: Readonly<Record<string, string>> = {
  ...{ 'p:': 'provider:', 'g:': 'group:', 'l:': 'label:', 'c:': 'care:' },
};

/** The text of a query for people: whole words instead of letters. */
export const spelledOut = (text: string): string =>
  text.replace(/(^| )([pglc]:)/g, (_, space: string, key: string) => `${space}${LONG[key] ?? key}`);
