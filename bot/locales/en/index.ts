import { base } from './base.ts';
import { watch } from './watch.ts';

/** English texts: Telegram HTML; `{name}` is replaced by an escaped value. */
export const en = { ...base, ...watch } as const;
