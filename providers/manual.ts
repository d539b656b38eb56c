import { z } from 'zod';
import { OpsError, toOpsError } from '#domain/errors.ts';
import { defineProvider, type ProviderAction } from '#domain/provider.ts';

const WEBHOOK_TIMEOUT_MS = 5000;
/** A step that is started again asks again; within this time the webhook is not called twice. */
const QUIET_MS = 10 * 60_000;

const Settings = z.object({ webhookUrl: z.url({ protocol: /^https?$/ }).optional() });

const TEXTS: Readonly<Record<ProviderAction, (ref: string) => string>> = {
  reset_password: (ref) =>
    `Set a new root password on server ${ref} at its provider (panel or support), then enter it here. It is stored encrypted and used once, to install the agent's key.`,
  reinstall: (ref) =>
    `Reinstall the operating system of server ${ref} at its provider (Debian 12 or 13, or Ubuntu 22.04 or 24.04). This wipes its disk. Say "done" when it has booted.`,
  reboot: (ref) => `Reboot server ${ref} at its provider. Say "done" when it has booted.`,
};

/** Servers of providers without an API: entered by hand, and every action is a human's. */
export const manual = defineProvider({
  id: 'manual',
  title: 'Manual',
  inventory: false,
  settings: Settings,

  /** Always there: it needs no setting. */
  fromEnv: (env) => ({ webhookUrl: env.MANUAL_WEBHOOK_URL || undefined }),

  // A human is waited for by an input request; these apply once the word was given.
  pace: {
    reset_password: { poll: 30, settle: 5, limit: 3600 },
    reinstall: { poll: 30, settle: 30, limit: 3600 },
    reboot: { poll: 30, settle: 10, limit: 3600 },
  },

  create({ webhookUrl }, { http, clock, log }) {
    const told = new Map<string, number>();
    const post = webhookUrl === undefined ? null : webhook(webhookUrl, http);

    /** Bounded, in the background: whether it arrives never changes an outcome. */
    const tell = (ref: string, action: ProviderAction, text: string): void => {
      if (post === null) return;
      const now = clock.now().getTime();
      for (const [key, at] of told) if (now - at > QUIET_MS) told.delete(key);
      const key = `${action} ${ref}`;
      if (told.has(key)) return;
      told.set(key, now);
      post({ event: 'action_needed', provider: 'manual', server_ref: ref, action, text }).catch(
        (error: unknown) => {
          told.delete(key);
          // The address may hold a token of its own: neither it nor the cause is logged.
          log.warn({ provider: 'manual', ref, code: toOpsError(error).code }, 'webhook failed');
        },
      );
    };

    return {
      can: new Set<ProviderAction>(),
      list: async (signal) => {
        signal.throwIfAborted();
        return [];
      },
      async facts(ref, signal) {
        signal.throwIfAborted();
        return {
          ref,
          hostname: null,
          ipv4: null,
          ipv6: null,
          sshPort: 22,
          label: null,
          state: 'unknown',
          os: null,
          activeTask: null,
          user: 'root',
        };
      },
      systems: async (_ref, signal) => {
        signal.throwIfAborted();
        return [];
      },
      async start(ref, action) {
        throw new OpsError('unsupported', `No API can ${action} server ${ref}.`, {
          hint: TEXTS[action](ref),
        });
      },
      async task(ref, id) {
        throw new OpsError('not_found', `Server ${ref} of the manual provider has no task ${id}.`);
      },
      latest: async () => null,
      check: async (signal) => signal.throwIfAborted(),
      byHand(ref, action) {
        const text = TEXTS[action](ref);
        tell(ref, action, text);
        return text;
      },
    };
  },
});

function webhook(url: string, http: Parameters<typeof manual.create>[1]['http']) {
  const { origin, pathname, search } = new URL(url);
  const send = http({ baseUrl: origin });
  return async (body: Readonly<Record<string, unknown>>): Promise<void> => {
    const answer = await send({
      method: 'POST',
      path: `${pathname}${search}`,
      body,
      timeoutMs: WEBHOOK_TIMEOUT_MS,
      signal: new AbortController().signal,
    });
    if (answer.status >= 400) {
      throw new OpsError('upstream', `The webhook answered ${answer.status}.`);
    }
  };
}
