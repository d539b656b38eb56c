import type { Notification } from '#domain/notification.ts';
import type { Translate } from '../locales/translate.ts';
import { ERROR_TEXTS, isErrorCode } from './errors.ts';
import { type Html, italic, shown } from './html.ts';
import { stepName } from './operation.ts';

export type Params = Notification['params'];
export type Value = Params[string] | undefined;
/** The lines of one kind of notification; a null line is left out. */
export type Lines = (t: Translate, server: Html, params: Params) => readonly (Html | null)[];

export const has = (value: Value): value is string | number => value !== undefined && value !== '';

export const number = (value: Value): number | null =>
  has(value) && Number.isFinite(Number(value)) ? Number(value) : null;

export const by = (t: Translate, { by: who }: Params): Html | null =>
  has(who) ? t('note.by', { by: who }) : null;

/** A time (ISO 8601 or milliseconds) in the reader's words; other text as it is. */
export function moment(t: Translate, value: Value): string {
  if (!has(value)) return '–';
  const at = new Date(value);
  // Year 1 to 9999: what lies beyond is no time that anybody meant.
  return Math.abs(at.getTime()) < 2.5e14 ? t.moment(at) : String(value);
}

export const took = (t: Translate, value: Value): Html | null => {
  const seconds = number(value);
  return seconds === null ? null : t('note.took', { duration: t.duration(seconds) });
};

export function why(t: Translate, params: Params): readonly (Html | null)[] {
  return [
    isErrorCode(params.code) ? t(ERROR_TEXTS[params.code]) : null,
    has(params.step) ? t('note.step', { step: stepName(t, String(params.step)) }) : null,
    has(params.reason) ? italic(shown(t.detail(String(params.reason)))) : null,
    has(params.hint) ? shown(t.detail(String(params.hint))) : null,
  ];
}
