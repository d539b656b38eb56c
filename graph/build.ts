import { createHash } from 'node:crypto';
import { type BaseCheckpointSaver, END, START, StateGraph } from '@langchain/langgraph';
import type { DevopsDeps } from '#nodes/devops/deps.ts';
import { devops } from '#nodes/devops/index.ts';
import type { ProvisionDeps } from '#nodes/provisioner/deps.ts';
import { provision } from '#nodes/provisioner/index.ts';
import type { RecoveryDeps } from '#nodes/recovery/deps.ts';
import { recovery } from '#nodes/recovery/index.ts';
import { createZavhoz, type ZavhozDeps } from '#nodes/zavhoz/index.ts';
import { compileSteps } from './compile-steps.ts';
import { afterDevops, afterProvisioner, afterRecovery, afterZavhoz } from './routing.ts';
import { OpsAnnotation } from './state.ts';
import type { StepRuntime } from './step-runtime.ts';

export type NodeDeps = ZavhozDeps &
  ProvisionDeps &
  RecoveryDeps &
  DevopsDeps & {
    readonly limits: ProvisionDeps['limits'] & RecoveryDeps['limits'];
  };

/** The step lists by node: the plan, readable, and what the graph's version is made of. */
export const STEP_LISTS = { provisioner: provision, devops, recovery } as const;

/** A thread begun under another version goes to a human: its steps are not these steps. */
export function graphVersion(): string {
  const ids = Object.entries(STEP_LISTS).map(([node, steps]) => [node, steps.map(({ id }) => id)]);
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 16);
}

/** The one StateGraph. Compiled per run, so that steps close over the lease they write under. */
export function buildGraph(deps: NodeDeps, rt: StepRuntime, checkpointer?: BaseCheckpointSaver) {
  return new StateGraph(OpsAnnotation)
    .addNode('zavhoz', createZavhoz(deps))
    .addNode('provisioner', compileSteps(STEP_LISTS.provisioner, deps, rt))
    .addNode('devops', compileSteps(STEP_LISTS.devops, deps, rt, 99))
    .addNode('recovery', compileSteps(STEP_LISTS.recovery, deps, rt))
    .addEdge(START, 'zavhoz')
    .addConditionalEdges('zavhoz', afterZavhoz, {
      provisioner: 'provisioner',
      recovery: 'recovery',
      end: END,
    })
    .addConditionalEdges('provisioner', afterProvisioner, {
      devops: 'devops',
      recovery: 'recovery',
      end: END,
    })
    .addConditionalEdges('devops', afterDevops, { recovery: 'recovery', end: END })
    .addConditionalEdges('recovery', afterRecovery, {
      zavhoz: 'zavhoz',
      recovery: 'recovery',
      provisioner: 'provisioner',
      devops: 'devops',
      end: END,
    })
    .compile(checkpointer ? { checkpointer } : {});
}
