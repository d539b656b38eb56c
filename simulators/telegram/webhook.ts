import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './model.ts';
import { discard } from './update-methods.ts';
import { overWire, type World } from './world.ts';

interface Target {
  readonly url: string;
  readonly secret: string | undefined;
  readonly allowed: readonly string[] | undefined;
  readonly connections: number;
}

export interface Webhook {
  target(): Target | null;
  set(target: Target): void;
  remove(): void;
  /** As getWebhookInfo shows it. */
  info(): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Real time; Telegram's own waits are longer. */
const FIRST_WAIT_MS = 20;
const GREATEST_WAIT_MS = 500;
const TIMEOUT_MS = 10_000;

/** Brings the queue's updates to the bot, one after the other, each until it is answered with 200. */
export function createWebhook({
  world,
  now,
  reach,
  takeFault,
}: {
  world: World;
  now: () => number;
  /** Where a public address is to be found: what a proxy before the agent does. */
  reach: (url: string) => string;
  takeFault(): Fault | null;
}): Webhook {
  let target: Target | null = null;
  let bringing = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let failure: { readonly at: number; readonly message: string } | null = null;

  /** What went wrong; null: the bot has it. */
  async function bring({ url, secret }: Target, body: string): Promise<string | null> {
    const fault = takeFault();
    if (fault?.kind === 'cut') return 'Connection refused';
    try {
      const answer = await fetch(reach(url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret !== undefined && { 'x-telegram-bot-api-secret-token': secret }),
        },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.text();
      if (fault?.kind === 'lose') return 'Connection reset by peer';
      return answer.ok
        ? null
        : `Wrong response from the webhook: ${answer.status} ${answer.statusText}`;
    } catch {
      return 'Connection refused';
    }
  }

  async function deliver(to: Target, signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      discard(world.queue, to.allowed);
      const [next] = world.queue;
      if (!next) {
        await world.changed(60_000, signal);
        continue;
      }
      const message = await bring(to, JSON.stringify(overWire(next)));
      if (signal.aborted) return;
      if (message === null) {
        const at = world.queue.indexOf(next);
        if (at >= 0) world.queue.splice(at, 1);
        wait = FIRST_WAIT_MS;
        continue;
      }
      failure = { at: now(), message };
      await sleep(wait, undefined, { signal }).catch(() => undefined);
      wait = Math.min(GREATEST_WAIT_MS, wait * 2);
    }
  }

  const remove = () => {
    target = null;
    bringing.abort();
  };
  return {
    target: () => target,
    set(to) {
      remove();
      target = to;
      failure = null;
      bringing = new AbortController();
      const { signal } = bringing;
      running = running.then(() => deliver(to, signal));
    },
    remove,
    info: () => ({
      url: target?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: world.queue.length,
      ...(target && { max_connections: target.connections }),
      ...(target?.allowed && { allowed_updates: target.allowed }),
      ...(target &&
        failure && {
          last_error_date: Math.floor(failure.at / 1000),
          last_error_message: failure.message,
        }),
    }),
    async close() {
      remove();
      await running;
    },
  };
}
