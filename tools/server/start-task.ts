import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { ProviderAction, ProviderFacts } from '#domain/provider.ts';
import { addressOf, type Server } from '#domain/server.ts';
import { defineTool, type Effect } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';

const NOUN = {
  reset_password: 'reset the root password of',
  reinstall: 'reinstall (all data on the disk is lost)',
  reboot: 'reboot',
} as const satisfies Record<ProviderAction, string>;

/**
 * Throws `identity_mismatch`, `suspended` or `busy` unless the provider still means the same
 * machine by this id. Asked directly before each call that interrupts or destroys (invariant 2).
 */
export function assertSameMachine(
  server: Server,
  facts: ProviderFacts,
  /** Whether an address that the provider does not tell counts as another one. */
  { strict }: { readonly strict: boolean },
): void {
  const known = addressOf(server.connection);
  const told = server.connection.family === 'ipv6' ? facts.ipv6 : facts.ipv4;
  const differs = known !== null && told !== known && (strict || told !== null);
  if (facts.ref !== server.providerRef || differs) {
    throw new OpsError(
      'identity_mismatch',
      `The provider says ${server.handle} is at ${told ?? 'no address'}, we know it at ${known}.`,
      { hint: 'Check the server in the panel, then correct its address here; nothing was done.' },
    );
  }
  if (facts.state === 'suspended') {
    throw new OpsError('suspended', `${server.handle} is suspended by its provider.`, {
      hint: 'Settle it with the provider (billing); a suspended server is not a broken one.',
    });
  }
  if (facts.activeTask !== null) {
    throw new OpsError('busy', `The provider is busy with ${server.handle}: ${facts.activeTask}.`);
  }
}

async function chooseOs(server: Server, facts: ProviderFacts, deps: ToolDeps, signal: AbortSignal) {
  const systems = await deps.providerOf(server).provider.systems(server.providerRef, signal);
  const wanted = deps.hostSettings.reinstallOs ?? facts.os ?? server.os;
  const match = systems.find(({ id, title }) => id === wanted || title === wanted);
  if (match) return match.id;
  throw new OpsError('invalid_input', `No OS template of the provider matches "${wanted}".`, {
    hint: `Set REINSTALL_OS to one of: ${systems.map(({ id }) => id).join(', ')}.`,
  });
}

/** One tool per provider action: starts it once and returns; the waiting is another tool's. */
const startTask = (name: string, action: ProviderAction, effect: Effect, description: string) =>
  defineTool({
    name,
    description,
    effect,
    input: z.object({}),
    preview: (_, server) => `${NOUN[action]} ${server.handle}`,
    async run(_, { server, signal }, deps) {
      const { provider } = deps.providerOf(server);
      const facts = await provider.facts(server.providerRef, signal);
      assertSameMachine(server, facts, { strict: true });
      const os = action === 'reinstall' ? await chooseOs(server, facts, deps, signal) : undefined;
      const task = await provider.start(
        server.providerRef,
        action,
        os === undefined ? {} : { os, sshKey: deps.keys.publicKey },
        signal,
      );
      // A kept connection would outlive the machine it leads to.
      deps.hosts.drop(server.handle);
      return { id: task.id, activated: task.activated };
    },
  });

export const serverResetPassword = startTask(
  'server_reset_password',
  'reset_password',
  'disrupt',
  'Ask the provider for a new root password.',
);
export const serverReinstall = startTask(
  'server_reinstall',
  'reinstall',
  'destroy',
  'Reinstall the operating system of one server; its data is lost.',
);
export const serverReboot = startTask(
  'server_reboot',
  'reboot',
  'disrupt',
  'Reboot one server at its provider. Read its state first.',
);
