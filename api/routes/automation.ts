import type { Agent } from '#domain/agent.ts';
import { stopOf } from '#domain/fleet.ts';
import type { Clock } from '#domain/ports.ts';
import type { AutomationWire } from '../wire/fleet.ts';

const PATIENCE_MS = 1_000;

/** Whether automatic action is on, for probes: never fails, and never keeps them waiting. */
export const createAutomation =
  ({ agent, clock }: { readonly agent: Pick<Agent, 'fleet'>; readonly clock: Clock }) =>
  async (): Promise<AutomationWire> => {
    const enough = new AbortController();
    const look = async (): Promise<AutomationWire> => {
      const state = await agent.fleet();
      return stopOf(state)?.stop ?? 'on';
    };
    const late = async (): Promise<AutomationWire> => {
      await clock.sleep(PATIENCE_MS, enough.signal);
      return 'unknown';
    };
    try {
      return await Promise.race([look(), late()]);
    } catch {
      return 'unknown';
    } finally {
      enough.abort();
    }
  };
