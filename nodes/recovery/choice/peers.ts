import { type LadderFacts, type NextRung, nextRung } from '#domain/ladder.ts';
import { DISRUPTIVE_RUNGS } from '#domain/recovery.ts';
import type { StepContext } from '#domain/step.ts';
import { serverPeerProbe } from '#tools/server/peer-probe.ts';
import type { RecoveryDeps } from '../deps.ts';

/** Before anything is interrupted a healthy neighbour looks too; its doubt asks a human. */
export async function rungWithPeers(
  { tools }: StepContext<RecoveryDeps>,
  facts: LadderFacts,
): Promise<{ readonly next: NextRung; readonly peers: string | null }> {
  const next = nextRung(facts);
  const interrupts = next.rung !== null && DISRUPTIVE_RUNGS.has(next.rung);
  if (!interrupts || next.word === 'observe' || facts.sshAnswers) return { next, peers: null };
  const { peer, theirs, disagree } = await tools.call(serverPeerProbe, {});
  if (peer === null) return { next, peers: 'No healthy neighbour could be asked.' };
  const peers = disagree
    ? `DISAGREEMENT: ${peer} sees its SSH port ${theirs}; perhaps the way from here is broken, not the server.`
    : `${peer} sees the same (${theirs}).`;
  return { next: nextRung({ ...facts, peersDisagree: disagree }), peers };
}
