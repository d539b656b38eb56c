import { z } from 'zod';
import { ChatLanguage, Role, type User } from '#domain/user.ts';
import { line, Time, time, timeOrNull } from './common.ts';

/** Telegram's ids fit 52 bits, so a JSON number holds them. */
export const TelegramId = z.number().int().min(1).max(4_503_599_627_370_495);

export const UserWire = z.object({
  telegram_id: TelegramId,
  username: z.string().nullable(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  language_code: z.string().nullable(),
  /** Chosen by the person in the chat; null: as Telegram says. */
  language: ChatLanguage.nullable(),
  /** IANA name, chosen by the person; null: UTC. */
  time_zone: z.string().nullable(),
  /** Null: known by name only, gets no data. */
  role: Role.nullable(),
  /** Operator or owner. */
  is_admin: z.boolean(),
  created_at: Time,
  last_seen: Time.nullable(),
});
export type UserWire = z.infer<typeof UserWire>;

export const isAdmin = (role: Role | null): boolean => role === 'operator' || role === 'owner';

export const userToWire = (user: User): UserWire => ({
  telegram_id: Number(user.telegramId),
  username: user.username,
  first_name: user.firstName,
  last_name: user.lastName,
  language_code: user.languageCode,
  language: user.language,
  time_zone: user.timeZone,
  role: user.role,
  is_admin: isAdmin(user.role),
  created_at: time(user.createdAt),
  last_seen: timeOrNull(user.lastSeen),
});

const name = line(128).nullable().optional();

export const UserUpsert = z
  .strictObject({
    telegram_id: TelegramId,
    username: name,
    first_name: name,
    last_name: name,
    language_code: z
      .string()
      .regex(/^[a-z]{2,3}([-_][a-z0-9]{2,8})*$/i, 'A language code, like de or pt-br.')
      .nullable()
      .optional(),
    /** true: operator at least. false: viewer at most. */
    is_admin: z.boolean().optional(),
    role: Role.optional(),
  })
  .refine(
    (user) => !user.role || user.is_admin === undefined || user.is_admin === isAdmin(user.role),
    {
      path: ['is_admin'],
      message: 'Contradicts role: operator and owner are admins, viewer is not.',
    },
  );
export type UserUpsert = z.infer<typeof UserUpsert>;

export const UserPatch = z.strictObject({
  role: Role,
  /** Changes the last owner as well; only for tokens that stand for nobody. */
  even_last_owner: z.boolean().default(false),
});
export const UserRemoval = z.strictObject({
  even_last_owner: z.enum(['true', 'false']).default('false'),
});

export const PairingCodeRequest = z.strictObject({
  role: Role.default('owner'),
  /** How long it is good for: five minutes to a week. */
  ttl_seconds: z.number().int().min(300).max(604_800).default(86_400),
});
export const PairingCodeWire = z.object({
  /** For `/start <code>` in the bot's private chat; shown once, null in a replayed answer. */
  code: z.string().nullable(),
  role: Role,
  expires_at: Time,
});
