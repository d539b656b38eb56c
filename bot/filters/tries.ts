import type { Clock } from '#domain/ports.ts';

const HOUR = 3_600_000;
/** Codes that one stranger may try in an hour: one stranger alone cannot use up the codes' tries. */
const MOST = 10;
const REMEMBERED = 10_000;

/** Counts what each stranger tried; true while another try is allowed, which it counts. */
export function createTries({ clock }: { clock: Clock }): (person: number) => boolean {
  const windows = new Map<number, { readonly since: number; count: number }>();
  return (person) => {
    const now = clock.now().getTime();
    const held = windows.get(person);
    const window = held && now - held.since < HOUR ? held : { since: now, count: 0 };
    windows.delete(person);
    windows.set(person, window);
    const [oldest] = windows.keys();
    if (windows.size > REMEMBERED && oldest !== undefined) windows.delete(oldest);
    window.count += 1;
    return window.count <= MOST;
  };
}
