import { setTimeout as wait } from 'node:timers/promises';
import { type BotService, type BotServiceDeps, createBotService } from '#bot/service.ts';
import { createTelegramTransport } from '#bot/transport.ts';
import { OpsError } from '#domain/errors.ts';
import type { Incident } from '#domain/incident.ts';
import type { InputRequest } from '#domain/input-request.ts';
import type { Operation } from '#domain/operation.ts';
import type { ServerFilter } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import type { Server } from '#domain/server.ts';
import type { Role, User } from '#domain/user.ts';
import type { ChatEvent, Message, Person } from '#simulators/telegram/model.ts';
import { startTelegramServer } from '#simulators/telegram/server.ts';
import { apiMaintenance } from '#test/fakes/api-health.ts';
import { chatAgent } from '#test/fakes/chat-agent.ts';
import { chatGroups } from '#test/fakes/chat-groups.ts';
import { chatIncidents } from '#test/fakes/chat-incidents.ts';
import { chatLook, fits, lookDeps } from '#test/fakes/chat-look.ts';
import { memoryLeases } from '#test/fakes/chat-memory.ts';
import { memoryChatOrders } from '#test/fakes/memory-chat-orders.ts';
import { memoryChatUpdates } from '#test/fakes/memory-chat-updates.ts';
import { memoryFleet } from '#test/fakes/memory-fleet.ts';
import { memoryFollowing } from '#test/fakes/memory-following.ts';
import { aUser, memoryPeople } from '#test/fakes/memory-people.ts';
import { hastyClock, swiftClock } from '#test/fakes/swift-clock.ts';
import { telegramSpec } from '#test/support/telegram-spec.ts';
import { quietLog } from './quiet-log.ts';

export const ANN: Person = { id: 11, is_bot: false, first_name: 'Ann', language_code: 'en' };
export const IVAN: Person = { id: 12, is_bot: false, first_name: 'Иван', language_code: 'ru-RU' };
export const EVE: Person = { id: 66, is_bot: false, first_name: 'Eve', language_code: 'en' };
export const CODE = 'PAIR-ME-234X';

/** Waits for something that will come; the limit only ends a test that has failed. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (await what()) return;
    await wait(5);
  }
  throw new Error('It did not come to pass.');
}

export type ChatStage = Awaited<ReturnType<typeof chatStage>>;

/** The whole bot on loopback HTTP against the stand-in of Telegram, everything behind it in memory. */
export async function chatStage(roles: Readonly<Record<number, Role>> = { [ANN.id]: 'owner' }) {
  const pace = swiftClock();
  const validate = telegramSpec();
  const telegram = await startTelegramServer({
    now: () => pace.now().getTime(),
    reach: (url) => stage.reach(url),
    ...(validate && { validate }),
  });
  const clock = hastyClock();
  const log = quietLog();
  const lists = {
    servers: [] as Server[],
    operations: [] as Operation[],
    inputs: [] as InputRequest[],
    incidents: [] as Incident[],
    fleet: memoryFleet(clock),
    maintenance: apiMaintenance(),
    migrations: [] as (readonly [bigint, bigint])[],
    /** What was asked for: server, person, seconds. `vps-bare` has no password. */
    secretLinks: [] as (readonly [string, bigint, number])[],
    chatOrders: memoryChatOrders(),
    groups: chatGroups(),
    look: chatLook(),
  };
  const users = new Map<bigint, User>();
  for (const [id, role] of Object.entries(roles)) users.set(BigInt(id), aUser(BigInt(id), role));
  const agent = chatAgent(lists);
  const follow = memoryFollowing(users);
  const updates = memoryChatUpdates();
  const leases = memoryLeases();
  const events: ChatEvent[] = [];
  telegram.onEvent((event) => events.push(event));

  const page = <T>(items: readonly T[], { offset, limit }: { offset: number; limit: number }) =>
    Promise.resolve({ items: items.slice(offset, offset + limit), total: items.length });
  const deps = {
    agent,
    servers: {
      find: async (handle: string) => lists.servers.find((s) => s.handle === handle) ?? null,
      async require(handle: string) {
        const found = lists.servers.find((s) => s.handle === handle);
        if (!found) throw new OpsError('not_found', `There is no server ${handle}.`);
        return found;
      },
      async update(handle: string, patch: Partial<Pick<Server, 'care' | 'handsOff' | 'mode'>>) {
        const at = lists.servers.findIndex((s) => s.handle === handle);
        const changed = { ...lists.servers[at], ...patch } as Server;
        lists.servers[at] = changed;
        return changed;
      },
      byId: async (id: string) => lists.servers.find((s) => s.id === id) ?? null,
      list: (filter: ServerFilter, paging: Paging) =>
        page(
          lists.servers.filter((server) => fits(server, filter)),
          paging,
        ),
      async countByStatus() {
        const counts: Partial<Record<Server['status'], number>> = {};
        for (const { status } of lists.servers) counts[status] = (counts[status] ?? 0) + 1;
        return counts;
      },
    },
    operations: {
      find: async (id: string) => lists.operations.find((o) => o.id === id) ?? null,
      list: (
        { status, serverHandle }: { status?: readonly string[]; serverHandle?: string },
        paging: Paging,
      ) =>
        page(
          lists.operations.filter(
            (o) =>
              (!status || status.includes(o.status)) &&
              (!serverHandle || o.serverHandle === serverHandle),
          ),
          paging,
        ),
      steps: async (id: string) => lists.look.steps.get(id) ?? [],
    },
    incidents: chatIncidents(lists.incidents, lists.look.timelines),
    chatOrders: lists.chatOrders,
    groups: lists.groups,
    approvals: lists.fleet.approvals,
    maintenance: lists.maintenance,
    inputs: {
      find: async (id: string) => lists.inputs.find((r) => r.id === id) ?? null,
      list: async (filter: { status?: string }) =>
        lists.inputs.filter((r) => !filter.status || r.status === filter.status),
    },
    users: memoryPeople(users, { pairing: CODE, now: clock.now }),
    chats: {
      async migrate(from: bigint, to: bigint) {
        lists.migrations.push([from, to]);
      },
    },
    secretLinks: {
      async create(handle: string, ownerId: bigint, seconds: number) {
        const expiresAt = new Date(clock.now().getTime() + seconds * 1000);
        lists.secretLinks.push([handle, ownerId, seconds]);
        return handle === 'vps-bare' ? null : { token: new Secret('link-token'), expiresAt };
      },
    },
    publicUrl: 'https://zavhoz.example.org',
    ...lookDeps(lists.look),
    recoveries: follow.recoveries,
    cards: follow.cards,
    following: follow.following,
    onCall: follow.onCall,
    adminIds: new Set<bigint>(),
    clock,
    log,
  };
  const moves: [from: number, to: number][] = [];
  const transport = createTelegramTransport({
    token: new Secret(telegram.token),
    apiRoot: telegram.apiRoot,
    clock: pace,
    log,
    onMigrated: async (from, to) => void moves.push([from, to]),
  });

  let running: { stop: AbortController; ended: Promise<void> } | null = null;
  const stage = {
    ...lists,
    telegram,
    events,
    agent,
    users,
    follow,
    updates,
    leases,
    log,
    clock,
    pace,
    deps,
    transport,
    /** Groups that the transport was told to have moved. */
    moves,
    service: null as BotService | null,
    /** Where the webhook's public address leads. */
    reach: (url: string) => url,
    start(over: Pick<BotServiceDeps, 'webhook'> = {}) {
      const service = createBotService({
        ...deps,
        ...{ transport, updates, leases, pollSeconds: 1 },
        ...over,
      });
      const stop = new AbortController();
      stage.service = service;
      running = { stop, ended: service.run(stop.signal) };
    },
    async stop() {
      running?.stop.abort();
      await running?.ended;
      running = null;
    },
    /**
     * Ends the stage, and the test with it, when a call broke a limit of Telegram or did not fit the
     * Bot API; `tolerate` takes what a test broke on purpose.
     */
    async close(tolerate: (problem: string) => boolean = () => false) {
      await stage.stop();
      await telegram.close();
      const broken = telegram.problems.filter((problem) => !tolerate(problem));
      if (broken.length > 0) throw new Error(`Telegram would object:\n  ${broken.join('\n  ')}`);
    },
    /** Everything that was said so far has been dealt with. */
    settled: () =>
      until(
        () =>
          telegram.queue.every((u) => updates.rows.has(u.update_id)) &&
          [...updates.rows.values()].every((row) => row.payload === null),
      ),
    /** Does something as a person, waits, and returns what the bot wrote meanwhile. */
    async during(act: () => void): Promise<Message[]> {
      const from = events.length;
      act();
      await stage.settled();
      return events.slice(from).flatMap((e) => ('message' in e ? [e.message] : []));
    },
    async ask(from: Person, text: string, extra: Parameters<typeof telegram.say>[2] = {}) {
      const answers = await stage.during(() => telegram.say(from, text, extra));
      return answers.map((message) => message.text).join('\n---\n');
    },
  };
  return stage;
}

type Paging = { offset: number; limit: number };
