import { commandMethods, type Menu } from './command-methods.ts';
import { createLimitWatch } from './limits.ts';
import { messageMethods } from './message-methods.ts';
import { type Answer, type Method, notFound, type Payload } from './refusals.ts';
import { tapMethods } from './tap-methods.ts';
import { updateMethods } from './update-methods.ts';
import type { Webhook } from './webhook.ts';
import { BOT, type World } from './world.ts';

export type { Answer } from './refusals.ts';

/** The methods of the Bot API that the bot uses, with Telegram's own answers and error texts. */
export function createMethods({
  world,
  webhook,
  menus,
  now,
  problems,
  validate,
}: {
  world: World;
  webhook: Webhook;
  menus: Map<string, Menu>;
  now: () => number;
  problems: string[];
  validate?: ((method: string, payload: Payload) => readonly string[]) | undefined;
}) {
  const watch = createLimitWatch();
  const me = {
    ...BOT,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
  };
  const methods: Record<string, Method> = {
    getMe: () => ({ result: me }),
    ...updateMethods({ world, webhook }),
    ...messageMethods(world, now),
    ...tapMethods(world, now),
    ...commandMethods(menus),
  };

  return {
    async call(method: string, payload: Payload, gone: AbortSignal): Promise<Answer> {
      for (const problem of [
        ...watch(method, payload, now()),
        ...(validate?.(method, payload) ?? []),
      ]) {
        problems.push(`${method}: ${problem}`);
      }
      const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
      return run ? run(payload, gone) : { error: notFound };
    },
  };
}
