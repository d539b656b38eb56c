import type { MiddlewareFn } from 'telegraf';
import type { BotContext } from '../context.ts';
import { atLeast } from './at-least.ts';

const owner = atLeast('owner');

/** In private everybody chooses for themselves; what a group hears is its owner's choice. */
export const ownChat: MiddlewareFn<BotContext> = (ctx, next) =>
  ctx.chat?.type === 'private' ? next() : owner(ctx, next);
