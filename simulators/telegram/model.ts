import type { Entity } from './html.ts';

/** The parts of Telegram's objects (https://core.telegram.org/bots/api#available-types) we imitate. */
export interface Person {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface Chat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly title?: string;
  readonly first_name?: string;
  readonly is_forum?: true;
}

export interface Button {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
}

export interface ReplyMarkup {
  readonly inline_keyboard?: readonly (readonly Button[])[];
  readonly force_reply?: boolean;
  readonly selective?: boolean;
  readonly input_field_placeholder?: string;
}

export interface Message {
  readonly message_id: number;
  readonly from?: Person;
  readonly sender_chat?: Chat;
  readonly chat: Chat;
  readonly date: number;
  /** Empty for documents and service messages; such a text does not go over the wire. */
  readonly text: string;
  readonly entities?: readonly Entity[];
  readonly reply_to_message?: Message;
  readonly reply_markup?: ReplyMarkup;
  readonly message_thread_id?: number;
  readonly is_topic_message?: true;
  readonly edit_date?: number;
  readonly document?: {
    readonly file_id: string;
    readonly file_name: string;
    readonly content: string;
  };
  readonly caption?: string;
  readonly caption_entities?: readonly Entity[];
  /** Service messages: the group has a new id, or had another one; a topic was opened. */
  readonly migrate_to_chat_id?: number;
  readonly migrate_from_chat_id?: number;
  readonly forum_topic_created?: { readonly name: string; readonly icon_color: number };
}

export interface CallbackQuery {
  readonly id: string;
  readonly from: Person;
  readonly message: Message;
  readonly chat_instance: string;
  readonly data: string;
}

export interface Update {
  readonly update_id: number;
  readonly message?: Message;
  readonly edited_message?: Message;
  readonly callback_query?: CallbackQuery;
}

export interface Call {
  readonly method: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly at: number;
  /** HTTP status of the answer; 0 where the connection was cut instead. */
  readonly status: number;
}

/** What happened to one person's screen. */
export type ChatEvent =
  | { readonly type: 'message' | 'edit'; readonly message: Message }
  | { readonly type: 'delete'; readonly chatId: number; readonly messageId: number }
  | { readonly type: 'toast'; readonly text: string };

export interface Fault {
  /** Method it hits; every method where absent. `webhook`: the delivery of an update. */
  readonly method?: string;
  readonly chatId?: number;
  /** How many calls it hits; without it, until `clearFaults`. */
  readonly times?: number;
  /**
   * refuse: the error below. cut: the connection closes before anything happens. lose: the call
   * is carried out and its answer is lost. hang: no answer until the client gives up.
   */
  readonly kind: 'refuse' | 'cut' | 'lose' | 'hang';
  readonly error?: {
    readonly error_code: number;
    readonly description: string;
    readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
  };
}
