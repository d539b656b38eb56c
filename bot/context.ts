import type { Context } from 'telegraf';
import type { User } from '#domain/user.ts';
import type { Translate } from './locales/translate.ts';
import type { Menus } from './menus.ts';
import type { Html } from './render/html.ts';
import type { Rendered } from './render/message.ts';

export interface SayOptions {
  /** Asks for an answer to this very message. */
  readonly forceReply?: { readonly placeholder: string };
}

/** What features see: the person (known, with a role), their language, and a way to answer. */
export interface BotContext extends Context {
  person: User;
  t: Translate;
  menus: Menus;
  /** Sends HTML, split where it is too long. A reader who cannot be reached is not an error. */
  say(message: Html | Rendered, options?: SayOptions): Promise<void>;
  /** Puts another text into the message whose button was tapped; where that is gone, sends it. */
  redraw(message: Rendered): Promise<void>;
}
