import type { en } from './en/index.ts';

/** Forms by the language's plural category (CLDR), chosen by the parameter `count`. */
export interface Plural {
  readonly one?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}
export type Text = string | Plural;
export type MessageKey = keyof typeof en;
export type Catalogue = Readonly<Record<MessageKey, Text>>;
