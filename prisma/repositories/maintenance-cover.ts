import { Prisma } from '#generated/prisma/client.ts';

/**
 * Whether a window holds for the server `s` of the group `g` at a time. Labels are `key=value`, or
 * `key` for any value.
 */
export const coveredAt = (now: Date): Prisma.Sql => Prisma.sql`EXISTS (
  SELECT FROM maintenance_window w
   WHERE w.ended_at IS NULL AND w.starts_at <= ${now}::timestamptz AND w.ends_at > ${now}::timestamptz
     AND CASE w.scope
           WHEN 'server' THEN w.target = s.handle
           WHEN 'group' THEN w.target = g.name
           ELSE CASE WHEN strpos(w.target, '=') = 0 THEN s.labels ->> w.target IS NOT NULL
                     ELSE s.labels ->> split_part(w.target, '=', 1)
                          = substr(w.target, strpos(w.target, '=') + 1) END
         END)`;
