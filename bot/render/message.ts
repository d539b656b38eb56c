import type { InlineKeyboardMarkup } from 'telegraf/types';
import type { Html } from './html.ts';

export interface Button {
  readonly text: string;
  /** 1 to 64 bytes; read by the feature that made it. */
  readonly data: string;
}

/** A message ready for any chat: text and rows of buttons. */
export interface Rendered {
  readonly text: Html;
  readonly buttons?: readonly (readonly Button[])[];
  /** Delivered without a sound. */
  readonly silent?: boolean;
}

export const keyboard = (rows: Rendered['buttons']): InlineKeyboardMarkup | undefined =>
  rows && rows.length > 0
    ? {
        inline_keyboard: rows.map((row) =>
          row.map(({ text, data }) => ({ text, callback_data: data })),
        ),
      }
    : undefined;
