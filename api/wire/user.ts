import { z } from 'zod';
import { Role, type User } from '#domain/user.ts';
import { line, Time, time, timeOrNull } from './common.ts';

/** Telegram's ids fit 52 bits, so a JSON number holds them. */
export const TelegramId = z.number().int().min(1).max(4_503_599_627_370_495);

export const UserWire = z.object({
  telegram_id: TelegramId,
  username: z.string().nullable(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  language_code: z.string().nullable(),
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
