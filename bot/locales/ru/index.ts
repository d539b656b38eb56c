import type { Catalogue } from '../catalogue.ts';
import { act } from './act.ts';
import { base } from './base.ts';
import { follow } from './follow.ts';
import { look } from './look.ts';
import { people } from './people.ts';
import { watch } from './watch.ts';

/** Russian texts; the same keys and placeholders as the English ones. */
export const ru: Catalogue = { ...base, ...watch, ...people, ...look, ...act, ...follow };
