import { ChatLanguage, type User } from '#domain/user.ts';
import type { User as UserRow } from '#generated/prisma/client.ts';

export const toUser = (row: UserRow): User => ({
  ...row,
  language: row.language === null ? null : ChatLanguage.parse(row.language),
});
