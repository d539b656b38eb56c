import { act } from './act.ts';
import { base } from './base.ts';
import { follow } from './follow.ts';
import { look } from './look.ts';
import { people } from './people.ts';
import { watch } from './watch.ts';

/** English texts: Telegram HTML; `{name}` is replaced by an escaped value. */
export const en = { ...base, ...watch, ...people, ...look, ...act, ...follow } as const;
