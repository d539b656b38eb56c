import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toOpsError } from '#domain/errors.ts';
import type { ProviderAction, ProviderDefinition } from '#domain/provider.ts';
import {
  type ActionTraits,
  actionRules,
  type InventoryTraits,
  inventoryRules,
  type LoginTraits,
  loginRules,
  never,
  type ProviderHarness,
  thrown,
} from './provider-rules.ts';

export type { ProviderHarness } from './provider-rules.ts';

const ACTIONS: readonly ProviderAction[] = ['reset_password', 'reinstall', 'reboot'];

export interface ProviderContract<H extends ProviderHarness> {
  readonly definition: ProviderDefinition;
  /** An environment that configures it. */
  readonly env: Readonly<Record<string, string>>;
  /** Settings that its schema must refuse. */
  readonly wrongSettings: unknown;
  readonly open: () => Promise<H>;
  readonly inventory?: InventoryTraits<H>;
  readonly actions?: ActionTraits<H>;
  readonly login?: LoginTraits<H>;
}

/** The numbered rules of docs/provider-contract.md. */
export function providerContract<H extends ProviderHarness>(contract: ProviderContract<H>): void {
  const { definition, inventory, actions, login } = contract;
  let harness: H;
  let shown: unknown[];
  const call = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const value = await work;
      shown.push(value);
      return value;
    } catch (error) {
      shown.push(error);
      throw error;
    }
  };
  const provider = () => harness.provider;
  const running = { harness: () => harness, provider, call };

  describe(`provider contract: ${definition.id}`, () => {
    beforeEach(async () => {
      shown = [];
      harness = await contract.open();
    });

    afterEach(async () => {
      const outputs = [harness.logged(), ...shown.map(everything)].join('\n');
      const [secrets, deadlines] = [harness.secrets(), harness.deadlines()];
      await harness.close();
      // Rules 4 and 5 hold for every call that any of these tests made.
      for (const secret of secrets) expect(outputs).not.toContain(secret);
      for (const timeoutMs of deadlines) {
        expect(timeoutMs).toBeGreaterThan(0);
        expect(timeoutMs).toBeLessThanOrEqual(3_600_000);
      }
    });

    it('1: names itself and paces every action', () => {
      expect(definition.id).toMatch(/^[a-z][a-z0-9]*$/);
      expect(definition.title).not.toBe('');
      for (const action of ACTIONS) {
        const { poll, settle, limit } = definition.pace[action];
        expect(poll).toBeGreaterThan(0);
        expect(settle).toBeGreaterThanOrEqual(0);
        expect(limit).toBeGreaterThan(poll);
      }
    });

    it('2: takes its settings from the environment and refuses wrong ones', () => {
      const settings = definition.fromEnv(contract.env);
      expect(definition.settings.safeParse(settings).success).toBe(true);
      const parsed = definition.settings.safeParse(contract.wrongSettings);
      expect(parsed.error?.issues[0]?.path).not.toEqual([]);
      expect(parsed.success).toBe(false);
    });

    it('3: an aborted signal ends every call and starts nothing', async () => {
      const signal = AbortSignal.abort();
      const { ref } = harness;
      const calls = [provider().list(signal), provider().facts(ref, signal)];
      calls.push(provider().systems(ref, signal) as never, provider().check(signal) as never);
      for (const work of calls) {
        const error = await work.then(() => null, toOpsError);
        expect(error?.code).toBe('cancelled');
      }
      await provider()
        .start(ref, 'reboot', {}, signal)
        .catch(() => {});
      expect(harness.starts()).toBe(0);
    });

    it('6: lists unique refs of harmless characters, and reading changes nothing', async () => {
      const listed = await call(provider().list(never()));
      const refs = listed.map(({ ref }) => ref);
      expect(new Set(refs).size).toBe(refs.length);
      for (const ref of refs) expect(ref).toMatch(/^[A-Za-z0-9][\w.:@-]{0,127}$/);
      await call(provider().check(never()));
      await call(provider().systems(harness.ref, never()));
      expect(harness.starts()).toBe(0);
    });

    it('7: tells the facts of a server by its ref', async () => {
      const facts = await call(provider().facts(harness.ref, never()));
      expect(facts.ref).toBe(harness.ref);
      expect(facts.user).not.toBe('');
      expect(facts.sshPort).toBeGreaterThan(0);
      expect(harness.starts()).toBe(0);
    });

    it('8: refuses what it cannot do, and tells a human how', async () => {
      for (const action of ACTIONS.filter((action) => !provider().can.has(action))) {
        const error = await thrown(call(provider().start(harness.ref, action, {}, never())));
        expect(error.code).toBe('unsupported');
        expect(provider().byHand?.(harness.ref, action)).toContain(harness.ref);
      }
      expect(harness.starts()).toBe(0);
    });

    it('9: knows no task that was never started', async () => {
      for (const action of ACTIONS) {
        expect(await call(provider().latest(harness.ref, action, never()))).toBeNull();
        const error = await thrown(call(provider().task(harness.ref, '999', action, never())));
        expect(error.code).toBe('not_found');
      }
    });

    if (inventory !== undefined) inventoryRules(inventory, running);
    if (actions !== undefined) actionRules(actions, running);
    if (login !== undefined) {
      loginRules(login, running);
      it('18: without its login in the environment it is not configured', () => {
        expect(definition.fromEnv({})).toBeNull();
      });
    }
  });
}

/** What any logger, serialiser or person could make of a value, its causes included. */
function everything(value: unknown): string {
  const error = value instanceof Error ? `${value.stack} ${everything(value.cause)}` : '';
  return `${inspect(value, { depth: 8, showHidden: true })} ${JSON.stringify(value)} ${error}`;
}
