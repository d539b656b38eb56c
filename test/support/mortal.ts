import type { BaseCheckpointSaver } from '@langchain/langgraph';
import { OpsError } from '#domain/errors.ts';

/** Calls that leave no trace: dying at one is dying at the next that does. */
const READS =
  /[.](find|require|list|latest|current|step|steps|events|state|target|services|ofOperation|ofIncident|probe|facts|systems|task)$/;

/**
 * A worker that can be killed: from the chosen call on nothing that it does takes effect, as after
 * `kill -9`, until it is revived. `after` kills it once the call was carried out, its answer lost.
 */
export function mortal() {
  let calls = 0;
  let cut: { at: number; when: 'before' | 'after' } | null = null;
  let dead = false;
  const names: string[] = [];
  const listeners = new Map<string, () => Promise<void>>();
  const killed = () => new OpsError('lease_lost', 'killed');

  const guarded = async (name: string, run: () => unknown): Promise<unknown> => {
    if (dead) throw killed();
    if (READS.test(name)) return run();
    calls += 1;
    names.push(name);
    const mine = cut?.at === calls ? cut.when : null;
    if (mine === 'before') {
      dead = true;
      throw killed();
    }
    const result = await run();
    await listeners.get(name)?.();
    if (mine === 'after' || dead) {
      dead = true;
      throw killed();
    }
    return result;
  };

  const proxy = <T extends object>(label: string, target: T): T =>
    new Proxy(target, {
      get(from, property) {
        const value: unknown = Reflect.get(from, property, from);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          guarded(`${label}.${String(property)}`, () => Reflect.apply(value, from, args));
      },
    });

  return {
    wrap: proxy,
    wrapSaver: (saver: BaseCheckpointSaver): BaseCheckpointSaver =>
      new Proxy(saver, {
        get(from, property) {
          const value: unknown = Reflect.get(from, property, from);
          if (property !== 'put' && property !== 'putWrites') {
            return typeof value === 'function' ? value.bind(from) : value;
          }
          return (...args: unknown[]) =>
            guarded(`checkpoint.${String(property)}`, () =>
              Reflect.apply(value as (...a: unknown[]) => unknown, from, args),
            );
        },
      }),
    /** The worker dies at its n-th call from now, counted from 1. */
    killAt(at: number, when: 'before' | 'after') {
      calls = 0;
      names.length = 0;
      dead = false;
      cut = { at, when };
    },
    revive() {
      cut = null;
      dead = false;
    },
    /** Right after each call of this name, e.g. `recoveries.reserve`. */
    onCall: (name: string, then: () => Promise<void>) => void listeners.set(name, then),
    isDead: () => dead,
    /** Calls since the last killAt, by name. */
    names: (): readonly string[] => names,
  };
}
