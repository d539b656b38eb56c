import type { ProviderDefinition } from '#domain/provider.ts';
import { manual } from './manual.ts';
import { script } from './script/index.ts';
import { time4vps } from './time4vps/index.ts';

/** Every provider there is; one line each. */
export const providers: readonly ProviderDefinition[] = [manual, script, time4vps];
