import { timeZoneOf, type User } from '#domain/user.ts';
import { type Html, html, shown } from '../render/html.ts';
import type { Catalogue, MessageKey, Plural, Text } from './catalogue.ts';
import { createDetails, type ReadDetail } from './details.ts';
import { en } from './en/index.ts';
import { ruDetails } from './ru/details/index.ts';
import { ru } from './ru/index.ts';

export type { Catalogue, MessageKey, Text } from './catalogue.ts';
export type Language = 'en' | 'ru';
export type Params = Readonly<Record<string, string | number | Html>>;

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, ru };

/** What the agent writes is English already. */
const DETAILS: Readonly<Record<Language, ReadDetail>> = {
  en: (text) => text,
  ru: createDetails(ruDetails),
};

export interface Translate {
  readonly language: Language;
  /** IANA name. */
  readonly timeZone: string;
  /** Catalogue text is HTML; parameters are escaped unless they are Html themselves. */
  (key: MessageKey, params?: Params): Html;
  /** For buttons and toasts, which know no HTML. */
  plain(key: MessageKey, params?: Params): string;
  /**
   * What the agent itself wrote in English (an error's message, a reason, a task), as far as it is
   * known. Never for what people wrote. Not escaped.
   */
  detail(text: string): string;
  /** `12 min`, `1 h 5 min`, `3 days`. */
  duration(seconds: number): string;
  /** `21 Nov, 10:05 UTC`, in the reader's time zone, with its abbreviation. */
  moment(at: Date): string;
}

/** From Telegram's language_code; Russian for ru, English for all others. */
export const languageOf = (code: string | null | undefined): Language =>
  code?.toLowerCase().split('-')[0] === 'ru' ? 'ru' : 'en';

const translators = new Map<string, Translate>();
/** As many as there are zones, and languages for each. */
const KEPT = 1000;

/** A zone that Intl does not know is UTC. */
export function translator(language: Language, timeZone = 'UTC'): Translate {
  const key = `${language} ${timeZone}`;
  const known = translators.get(key);
  if (known) return known;
  if (translators.size >= KEPT) translators.clear();
  const made = createTranslate(language, timeZoneOf(timeZone) ?? 'UTC');
  translators.set(key, made);
  return made;
}

/** Speaks as a person chose it; `spoken` is their Telegram's language where that is fresher. */
export const translatorFor = (
  person: Pick<User, 'language' | 'languageCode' | 'timeZone'> | null,
  spoken: string | null | undefined = person?.languageCode,
): Translate => translator(person?.language ?? languageOf(spoken), person?.timeZone ?? undefined);

function createTranslate(language: Language, timeZone: string): Translate {
  const catalogue = CATALOGUES[language];
  const rules = new Intl.PluralRules(language);
  const unit = (name: string) =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' });
  const units = {
    day: unit('day'),
    hour: unit('hour'),
    minute: unit('minute'),
    second: unit('second'),
  };

  const moments = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
    ...{ hourCycle: 'h23', timeZone },
  });

  const pick = (text: Text, count: unknown): string =>
    typeof text === 'string'
      ? text
      : (text[rules.select(Number(count)) as keyof Plural] ?? text.other);
  const fill = (key: MessageKey, params: Params, show: (value: string | number | Html) => string) =>
    pick(catalogue[key], params.count).replace(/\{(\w+)\}/g, (_, name: string) =>
      show(params[name] ?? '–'),
    );

  const t = (key: MessageKey, params: Params = {}): Html =>
    html(fill(key, params, (value) => (typeof value === 'object' ? value : shown(value)).html));
  const moment = (at: Date) => `${moments.format(at)} ${abbreviation(timeZone, at)}`;
  const say = (kind: string, value: string): string => {
    const key = `${kind}.${value}`;
    if (Object.hasOwn(catalogue, key)) return fill(key as MessageKey, {}, String);
    const at = kind === 'moment' ? new Date(value) : null;
    return at === null || Number.isNaN(at.getTime()) ? value : moment(at);
  };
  return Object.assign(t, {
    language,
    timeZone,
    moment,
    detail: (text: string) => DETAILS[language](text, say),
    plain: (key: MessageKey, params: Params = {}) =>
      fill(key, params, (value) => (typeof value === 'object' ? value.html : String(value))),
    duration(seconds: number) {
      const whole = Math.max(0, Math.round(seconds));
      if (whole < 60) return units.second.format(whole);
      const minutes = Math.round(whole / 60);
      if (minutes < 60) return units.minute.format(minutes);
      if (minutes >= 48 * 60) return units.day.format(Math.floor(minutes / 1440));
      const rest = minutes % 60;
      const hours = units.hour.format(Math.floor(minutes / 60));
      return rest === 0 ? hours : `${hours} ${units.minute.format(rest)}`;
    },
  });
}

/** `EET`, `EST`; where English has no letters for it, `GMT+3`. */
function abbreviation(timeZone: string, at: Date): string {
  const names = ['en-GB', 'en-US'].map(
    (locale) =>
      new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
        .formatToParts(at)
        .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone,
  );
  return names.find((name) => !/^GMT./.test(name)) ?? names[0] ?? timeZone;
}
