import { z } from 'zod';
import { type ApiToken, Scope } from '#domain/user.ts';
import { Time, time, timeOrNull } from './common.ts';
import { TelegramId } from './user.ts';

export const TokenWire = z.object({
  id: z.string(),
  name: z.string(),
  scope: Scope,
  /** Telegram id of the person it stands for; it ends with their role. */
  owner_id: TelegramId.nullable(),
  created_at: Time,
  last_used_at: Time.nullable(),
  revoked_at: Time.nullable(),
});
export type TokenWire = z.infer<typeof TokenWire>;

export const tokenToWire = (token: ApiToken): TokenWire => ({
  id: token.id,
  name: token.name,
  scope: token.scope,
  owner_id: token.ownerId === null ? null : Number(token.ownerId),
  created_at: time(token.createdAt),
  last_used_at: timeOrNull(token.lastUsedAt),
  revoked_at: timeOrNull(token.revokedAt),
});

export const TokenCreate = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'Letters, digits, dot, dash and underscore.'),
  scope: Scope,
  owner_id: TelegramId.nullable().default(null),
});

export const TokenCreated = TokenWire.extend({
  /** The plain token: shown once, null in a replayed answer. */
  token: z.string().nullable(),
});
