import type { Update } from './model.ts';
import { type Answer, bad, conflict, type Method, type Payload } from './refusals.ts';
import type { Webhook } from './webhook.ts';
import type { World } from './world.ts';

const TWIN =
  'terminated by other getUpdates request; make sure that only one bot instance is running';
const HOOKED =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
/** The ports that Telegram calls. */
const PORTS = new Set(['', '443', '80', '88', '8443']);

/** How updates reach the bot: it asks for them, or has them brought; never both. */
export function updateMethods({
  world,
  webhook,
}: {
  world: World;
  webhook: Webhook;
}): Record<string, Method> {
  let polling: AbortController | null = null;

  async function getUpdates(payload: Payload, gone: AbortSignal): Promise<Answer> {
    if (webhook.target() !== null) return { error: conflict(HOOKED) };
    polling?.abort();
    const mine = new AbortController();
    polling = mine;
    const offset = Number(payload.offset ?? 0);
    if (offset > 0) confirm(world.queue, offset);
    // The long wait is real time: it ends as soon as something arrives.
    const until = Date.now() + Number(payload.timeout ?? 0) * 1000;
    const stop = AbortSignal.any([gone, mine.signal]);
    const allowed = payload.allowed_updates as string[] | undefined;
    discard(world.queue, allowed);
    const visible = () => world.queue.filter((update) => update.update_id >= offset);
    while (visible().length === 0 && Date.now() < until && !stop.aborted) {
      await world.changed(until - Date.now(), stop);
      discard(world.queue, allowed);
    }
    if (mine.signal.aborted) return { error: conflict(TWIN) };
    polling = null;
    return { result: visible().slice(0, Number(payload.limit ?? 100)) };
  }

  return {
    getUpdates,
    setWebhook(payload) {
      const refused = refusalOf(payload);
      if (refused !== null) return { error: bad(refused) };
      if (payload.drop_pending_updates === true) world.queue.splice(0);
      if (payload.url === '') webhook.remove();
      else {
        polling?.abort();
        webhook.set({
          url: String(payload.url),
          secret: payload.secret_token as string | undefined,
          allowed: payload.allowed_updates as readonly string[] | undefined,
          connections: Number(payload.max_connections ?? 40),
        });
      }
      return { result: true };
    },
    deleteWebhook(payload) {
      webhook.remove();
      if (payload.drop_pending_updates === true) world.queue.splice(0);
      return { result: true };
    },
    getWebhookInfo: () => ({ result: webhook.info() }),
  };
}

function refusalOf({ url, secret_token: secret }: Payload): string | null {
  if (url === '') return null;
  const parsed = URL.canParse(String(url)) ? new URL(String(url)) : null;
  if (parsed?.protocol !== 'https:') {
    return 'bad webhook: An HTTPS URL must be provided for webhook';
  }
  if (!PORTS.has(parsed.port)) {
    return 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443';
  }
  if (secret !== undefined && !/^[\w-]{1,256}$/.test(String(secret))) {
    return 'secret token contains unallowed characters';
  }
  return null;
}

function confirm(queue: Update[], offset: number): void {
  for (let at = queue.length - 1; at >= 0; at--) {
    if ((queue[at]?.update_id ?? 0) < offset) queue.splice(at, 1);
  }
}

/** Telegram does not keep what the bot never asked for. */
export function discard(queue: Update[], allowed: readonly string[] | undefined): void {
  if (!allowed?.length) return;
  const kept = queue.filter((update) => allowed.some((type) => type in update));
  queue.splice(0, queue.length, ...kept);
}
