import type { Catalogue } from '../catalogue.ts';
import { base } from './base.ts';
import { watch } from './watch.ts';

/** Russian texts; the same keys and placeholders as the English ones. */
export const ru: Catalogue = { ...base, ...watch };
