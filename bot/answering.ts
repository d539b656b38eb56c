import { OpsError } from '#domain/errors.ts';
import type { Logger } from '#domain/ports.ts';
import type { BotContext, SayOptions } from './context.ts';
import { type Failure, failureOf } from './failure.ts';
import { onePart, partsOf } from './parts.ts';
import type { Html } from './render/html.ts';
import { keyboard, type Rendered } from './render/message.ts';

/** Failures after which a repetition of the whole update could only repeat the harm. */
const PASSED_OVER: ReadonlySet<Failure['kind']> = new Set([
  'unchanged',
  'gone',
  'late',
  'blocked',
  'migrated',
  'refused',
]);

const isPassedOver = (error: unknown): boolean =>
  error instanceof OpsError
    ? error.code === 'rate_limited'
    : PASSED_OVER.has(failureOf(error).kind);

/** Gives the context `say` and `redraw`; set before any feature runs. */
export function equip(ctx: BotContext, log: Logger): void {
  const attempt = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
    } catch (error) {
      if (!isPassedOver(error)) throw error;
      log.warn({ update: ctx.update.update_id, error: String(error) }, 'an answer was not taken');
    }
  };

  ctx.say = async (message, options = {}) => {
    const { text, buttons, silent } = asRendered(message);
    const parts = partsOf(text, ctx.t('said.as_file'));
    for (const [index, part] of parts.entries()) {
      const last = index === parts.length - 1;
      const extra = {
        parse_mode: 'HTML',
        ...(silent && { disable_notification: true }),
        ...(last && markup(ctx, buttons, options)),
      } as const;
      await attempt(() =>
        part.kind === 'message'
          ? ctx.reply(part.html, { ...extra, link_preview_options: { is_disabled: true } })
          : ctx.replyWithDocument(
              { source: part.content, filename: part.name },
              { ...extra, caption: part.caption },
            ),
      );
    }
  };
  ctx.redraw = (message) =>
    attempt(async () => {
      try {
        await ctx.editMessageText(onePart(message.text), {
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          reply_markup: keyboard(message.buttons) ?? { inline_keyboard: [] },
        });
      } catch (error) {
        // Deleted, or too old to be edited: what was asked for is shown all the same.
        if (failureOf(error).kind !== 'gone') throw error;
        await ctx.say(message);
      }
    });
}

const asRendered = (message: Html | Rendered): Rendered =>
  'html' in message ? { text: message } : message;

function markup(ctx: BotContext, buttons: Rendered['buttons'], { forceReply }: SayOptions) {
  const asked = ctx.message?.message_id;
  // In a group the prompt addresses the one who asked, by answering their message.
  const reply =
    asked !== undefined && ctx.chat?.type !== 'private'
      ? { reply_parameters: { message_id: asked, allow_sending_without_reply: true } }
      : {};
  if (forceReply) {
    const input_field_placeholder = forceReply.placeholder.slice(0, 64);
    return {
      ...reply,
      reply_markup: { force_reply: true, selective: true, input_field_placeholder } as const,
    };
  }
  const reply_markup = keyboard(buttons);
  return { ...reply, ...(reply_markup && { reply_markup }) };
}
