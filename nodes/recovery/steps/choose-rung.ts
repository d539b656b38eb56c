import { stopOf } from '#domain/fleet.ts';
import { highestRung, isAbove, isAdopted, type LadderFacts } from '#domain/ladder.ts';
import { CAME_BACK_GOODS, presentType, whatIsWrong } from '#domain/recovery-proof.ts';
import type { Step } from '#domain/step.ts';
import { atRest, handOver, parkedFor } from '../choice/answers.ts';
import { approvalFor, stillAsked } from '../choice/approval.ts';
import {
  dropQuestion,
  nameSkipped,
  setAside,
  tellOnce,
  triedOf,
  wouldTake,
} from '../choice/notes.ts';
import { rungWithPeers } from '../choice/peers.ts';
import { type ProviderView, viewProvider } from '../choice/provider-view.ts';
import { questionOf } from '../choice/question.ts';
import { recentDeploy } from '../choice/recent-deploy.ts';
import { reserveRung } from '../choice/reserve.ts';
import { tellSuspended } from '../choice/suspended.ts';
import type { RecoveryDeps } from '../deps.ts';
import { incidentOf, isOpen, look, staysGood } from '../look.ts';
import { RECOVERY_SECONDS } from '../phases.ts';

/**
 * Decides the next rung on facts of this moment, and takes its place under the caps. It runs again
 * after each wait, so what was true when it asked is never what it acts on.
 */
export const chooseRung: Step<RecoveryDeps> = {
  id: 'choose-rung',
  title: 'Choose the next rung',
  timeoutSeconds: RECOVERY_SECONDS['choose-rung'],
  weight: 2,
  only: ['recover'],
  async run(context) {
    const { deps, state, server } = context;
    if (state.route !== null) return { status: 'skipped', summary: 'no rung is needed' };
    const incident = await incidentOf(context);
    if (!isOpen(incident)) {
      await dropQuestion(context, 'the incident was closed');
      return atRest(`the incident is ${incident.status} already`);
    }
    const stop = stopOf(await deps.fleet.state());
    if (stop !== null) {
      await tellOnce(context, `stopped (${stop.stop}): ${stop.reason}`);
      return parkedFor(deps.clock.now());
    }
    const seen = await look(context);
    const wrong =
      whatIsWrong(incident.type, seen) ??
      (await staysGood(context, incident.type, CAME_BACK_GOODS - 1));
    if (wrong === null) {
      await dropQuestion(context, 'the server came back');
      return { status: 'done', summary: 'it came back by itself', update: { route: 'devops' } };
    }
    const health = await deps.health.target(server.id);
    if (health?.flapping) {
      await dropQuestion(context, 'the server flaps');
      return handOver(
        'recovery_budget',
        'It comes and goes: no rung is the answer to that.',
        FLAPS,
      );
    }
    const { policy } = await deps.groups.require(server.group);
    const asked = await stillAsked(context, seen, policy);
    if (asked !== null) return asked;
    const deploy = await recentDeploy(server);
    if (deploy !== null) await deploy.rollBack();

    const type = presentType(incident.type, seen);
    const provider = needsProvider(type) ? await viewProvider(context) : NO_PROVIDER;
    if (provider.kind === 'wait') {
      await tellOnce(context, provider.why);
      return parkedFor(deps.clock.now(), provider.milliseconds);
    }
    if (provider.kind === 'stop') {
      await dropQuestion(context, provider.error.message);
      const { code, message, hint } = provider.error;
      if (code === 'suspended') await tellSuspended(context, message);
      return handOver(code, message, hint ?? 'Look at it in the panel of the provider.');
    }
    const records = await deps.recoveries.ofOperation(state.operation_id);
    const facts: LadderFacts = {
      type,
      tried: triedOf(records),
      sshAnswers: seen.outcome === 'answered',
      can: provider.can,
      cannotWhy: provider.cannotWhy,
      adopted: isAdopted(server),
      mode: server.mode ?? policy.mode,
      highestAutomatic: policy.highest_rung,
      rebuildable: server.rebuildable,
      peersDisagree: false,
    };
    const { next, peers } = await rungWithPeers(context, facts);
    await nameSkipped(context, next, records);
    if (next.rung === null || next.word !== 'approval') {
      await dropQuestion(context, 'it is not asked for any more');
    }
    if (next.rung === null)
      return handOver('attempts_exhausted', `The ladder is at its end: ${wrong}`, BY_HAND);
    const { rung, word } = next;
    if (word === 'observe') return wouldTake(context, rung, wrong, records);
    await setAside(context, rung, records);
    const wish = { rung, incidentId: incident.id, reason: wrong, records };
    if (word !== 'approval') return reserveRung(context, { ...wish, word, approval: null });
    const bootId = health?.bootId ?? null;
    const tried = records.filter(({ outcome }) => outcome === 'no_help' || outcome === 'failed');
    const question = questionOf({ rung, incident, server, seen, bootId, wrong, tried, peers });
    const approval = await approvalFor(context, question, records);
    if ('result' in approval) return approval.result;
    return reserveRung(context, { ...wish, word, approval });
  },
};

const BY_HAND =
  'Every rung that can be taken was taken. Bring it back by hand; the runbook says how.';
const FLAPS = 'Find out what comes and goes (memory, disk, network); the runbook says how.';
const NO_PROVIDER: ProviderView = { kind: 'can', can: new Set(), cannotWhy: 'it is not needed' };

function needsProvider(type: LadderFacts['type']): boolean {
  const highest = highestRung(type);
  return highest !== null && isAbove(highest, 'restart');
}
