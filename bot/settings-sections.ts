import type { BotContext } from './context.ts';
import type { BotDeps } from './deps.ts';
import { receiverOf } from './reader.ts';
import { renderFollowing } from './render/following.ts';
import type { Html } from './render/html.ts';
import type { Rendered } from './render/message.ts';

/** What another feature shows on the card of /settings; its buttons are read by that feature. */
export type SettingsSection = (ctx: BotContext) => Promise<{
  readonly text: Html;
  readonly buttons: NonNullable<Rendered['buttons']>;
}>;

const following =
  ({ following: choices }: BotDeps): SettingsSection =>
  async (ctx) => {
    const receiver = receiverOf(ctx);
    const [reader, subscriptions] = await Promise.all([
      choices.reader(receiver),
      choices.subscriptions(receiver),
    ]);
    return { text: renderFollowing(ctx.t, reader, subscriptions), buttons: [] };
  };

/** Below language and time zone, in this order. */
export const settingsSections: readonly ((deps: BotDeps) => SettingsSection)[] = [following];
