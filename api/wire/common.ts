import { z } from 'zod';

/** ISO 8601, UTC. */
export const Time = z.iso.datetime();
export const time = (at: Date): string => at.toISOString();
export const timeOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;

/** One page of a list; `total` counts all that match the filter. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    total: z.number().int(),
    offset: z.number().int(),
    limit: z.number().int(),
  });

export const PagingQuery = {
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

/** Text as people write it; control characters are refused (PostgreSQL cannot store a NUL). */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !hasControl(value), 'Control characters are not allowed.');

/** One line, not empty. */
export const line = (max: number) =>
  text(max).refine((value) => value.trim() !== '' && !/[\n\r\t]/.test(value), 'One line of text.');

function hasControl(value: string): boolean {
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127) return true;
  }
  return /\p{Surrogate}/u.test(value);
}

/** `?status=a&status=b` and `?status=a,b` alike. */
export const oneOrMore = <T extends z.ZodType>(item: T) =>
  z
    .preprocess(
      (value) =>
        value === undefined
          ? undefined
          : [value].flat().flatMap((v) => (typeof v === 'string' ? v.split(',') : [v])),
      z.array(item).min(1).max(20).optional(),
    )
    .optional();
