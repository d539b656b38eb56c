import type { Witness } from '#domain/health/probes.ts';

/**
 * Names of the witnesses that answer, all asked at once; resolves when all have ended, or as soon
 * as those that answered are `enough`. Never rejects: who fails does not answer.
 */
export function askWitnesses(
  witnesses: readonly Witness[],
  bounds: { readonly deadlineMs: number; readonly signal: AbortSignal },
  enough: (answering: ReadonlySet<string>) => boolean,
): Promise<ReadonlySet<string>> {
  const answering = new Set<string>();
  return new Promise((resolve) => {
    let open = witnesses.length;
    const ended = (name: string, answered: boolean) => {
      open--;
      if (answered) answering.add(name);
      if (open === 0 || (answered && enough(answering))) resolve(new Set(answering));
    };
    if (open === 0) resolve(answering);
    for (const witness of witnesses) {
      witness.ask(bounds).then(
        (answered) => ended(witness.name, answered),
        () => ended(witness.name, false),
      );
    }
  });
}
