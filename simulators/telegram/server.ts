import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Menu } from './command-methods.ts';
import { type Answer, createMethods } from './methods.ts';
import type { Call, ChatEvent, Fault } from './model.ts';
import { createWebhook, type Webhook } from './webhook.ts';
import { createWorld, overWire, type World } from './world.ts';

export interface TelegramServer extends World {
  /** For TELEGRAM_API_ROOT; no slash at the end. */
  readonly apiRoot: string;
  readonly token: string;
  readonly calls: readonly Call[];
  /** Broken limits and calls that do not fit the Bot API; empty when the bot behaves. */
  readonly problems: readonly string[];
  /** The menus of commands that were registered. */
  menus(): readonly Menu[];
  /** Where updates are brought, and how that goes. */
  readonly webhook: Pick<Webhook, 'target' | 'info' | 'set'>;
  fault(fault: Fault): void;
  clearFaults(): void;
  onEvent(listener: (event: ChatEvent) => void): () => void;
  close(): Promise<void>;
}

export interface TelegramServerOptions {
  /** 0 takes whichever port is free. */
  readonly port?: number;
  readonly token?: string;
  /** Number of the first update; later ones count up. */
  readonly firstUpdate?: number;
  /** Milliseconds; limits are judged by it. */
  readonly now?: () => number;
  /** Where a webhook's public address is to be found, as behind a proxy; the address itself without it. */
  readonly reach?: (url: string) => string;
  /** Further checks of every call, e.g. against the published specification. */
  readonly validate?: (
    method: string,
    payload: Readonly<Record<string, unknown>>,
  ) => readonly string[];
}

/** A local stand-in for Telegram's HTTP Bot API, on loopback: for tests and for the local chat. */
export async function startTelegramServer(
  options: TelegramServerOptions = {},
): Promise<TelegramServer> {
  const now = options.now ?? Date.now;
  const token = options.token ?? '1000000001:local-chat-of-the-demo-no-real-bot';
  const calls: Call[] = [];
  const problems: string[] = [];
  const faults: (Fault & { left: number })[] = [];
  const world = createWorld(now, options.firstUpdate);
  const menus = new Map<string, Menu>();
  const takeFault = (method: string, chatId: unknown): Fault | null => {
    const fault = faults.find(
      (f) =>
        f.left > 0 &&
        (f.method === undefined ? method !== 'webhook' : f.method === method) &&
        (f.chatId === undefined || f.chatId === Number(chatId)),
    );
    if (!fault) return null;
    fault.left--;
    return fault;
  };

  const webhook = createWebhook({
    world,
    now,
    reach: options.reach ?? ((url) => url),
    takeFault: () => takeFault('webhook', undefined),
  });
  const { validate } = options;
  const methods = createMethods({ world, webhook, menus, now, problems, validate });

  const http = createServer(async (request, response) => {
    const [, given, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
    const payload = await readBody(request);
    const record = (status: number) => calls.push({ method, payload, at: now(), status });
    if (given !== token) {
      record(401);
      return send(response, { error: { error_code: 401, description: 'Unauthorized' } });
    }
    const fault = takeFault(method, payload.chat_id);
    if (fault?.kind === 'hang') return void record(0);
    if (fault?.kind === 'cut') {
      record(0);
      return void request.socket.destroy();
    }
    if (fault?.kind === 'refuse' && fault.error) {
      record(fault.error.error_code);
      return send(response, { error: fault.error });
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const answer = await methods.call(method, payload, gone.signal);
    record(answer.error ? answer.error.error_code : fault?.kind === 'lose' ? 0 : 200);
    if (fault?.kind === 'lose') return void request.socket.destroy();
    send(response, answer);
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = http.address() as AddressInfo;

  return {
    ...world,
    apiRoot: `http://127.0.0.1:${port}`,
    token,
    calls,
    problems,
    menus: () => [...menus.values()],
    webhook,
    fault: (fault) => void faults.push({ ...fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    clearFaults: () => void faults.splice(0),
    onEvent: world.subscribe,
    async close() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeAllConnections();
      await Promise.all([closed, webhook.close()]);
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const type = request.headers['content-type'] ?? '';
    if (type.startsWith('multipart/form-data')) return await readForm(body, type);
    const value: unknown = JSON.parse(body.toString() || '{}');
    return value !== null && typeof value === 'object' ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Fields of a form are texts: objects in them are JSON, and numbers look like numbers. */
async function readForm(body: Buffer, type: string): Promise<Record<string, unknown>> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData();
  const payload: Record<string, unknown> = {};
  for (const [name, value] of form) {
    // Telegraf sends the method's name along.
    if (name === 'method') continue;
    payload[name] =
      typeof value === 'string'
        ? fieldOf(name, value)
        : { file_name: value.name, content: await value.text() };
  }
  return payload;
}

function fieldOf(name: string, value: string): unknown {
  if (/^[[{]/.test(value) && name !== 'caption') return JSON.parse(value);
  if (/(^|_)id$/.test(name) && /^-?\d+$/.test(value)) return Number(value);
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  response.writeHead(answer.error?.error_code ?? 200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(
      answer.error ? { ok: false, ...answer.error } : { ok: true, result: overWire(answer.result) },
    ),
  );
}
