import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '#app/embedded/postgres.ts';
import { root } from '#app/places.ts';
import type { Person } from '#simulators/telegram/model.ts';
import { startTelegramServer, type TelegramServer } from '#simulators/telegram/server.ts';
import { createAgent } from '../agent.ts';
import { type Figure, percentile } from '../figure.ts';

const SERVERS = 1000;
const CHATS = 12;
/** Asked right after the start, when code is not compiled and nothing is cached: told apart. */
const COLD = 150;
const ASKED = 300;
/** Each chat speaks every 1.8 s: Telegram allows an answer a second. */
const EVERY_MS = 150;
const HANG_MS = 60_000;
const ANSWER_MS = 10_000;
const FIRST_ID = 9000;
const COMMANDS = ['/status', '/servers', '/servers vps-1', '/operations', '/incidents', '/help'];

const SEED = `
  WITH account AS (
    INSERT INTO provider_account (id, name, provider) VALUES (gen_random_uuid(), 'manual', 'manual')
    RETURNING id
  ), added AS (
    INSERT INTO server (id, handle, provider_account_id, provider_ref, status, care, group_id,
                        updated_at)
    SELECT gen_random_uuid(), 'vps-' || 1000 + nr, account.id, nr, 'ready', 'none', g.id, now()
      FROM generate_series(1, $1::int) AS nr, account, server_group g WHERE g.name = 'default'
    RETURNING id, provider_ref
  )
  INSERT INTO server_connection (server_id, ipv4, port)
  SELECT id, '10.1.' || provider_ref::int / 250 || '.' || provider_ref::int % 250, 22 FROM added`;

const people: readonly Person[] = Array.from({ length: CHATS }, (_, at) => ({
  ...{ id: FIRST_ID + at, is_bot: false, first_name: `Admin ${at}`, language_code: 'en' },
}));

/** From an update's being there for the bot until its first word to that chat. */
export const botAck: Figure = {
  name: 'bot_ack_ms',
  unit: 'ms',
  target: 150,
  peer: 'none',
  realHosts: false,
  async measure(say, signal) {
    const folder = await mkdtemp(join(tmpdir(), 'zavhoz-bench-db-'));
    const postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {} });
    const telegram = await startTelegramServer();
    const agent = await createAgent(
      [process.execPath, join(root, 'dist', 'app', 'main.js')],
      {
        DATABASE_URL: postgres.url,
        // Nobody outside is asked whether the agent is online.
        WITNESSES: `tcp://${new URL(postgres.url).host}`,
        TELEGRAM_API_ROOT: telegram.apiRoot,
        TELEGRAM_BOT_TOKEN: telegram.token,
        ADMIN_TELEGRAM_IDS: people.map(({ id }) => id).join(','),
      },
      signal,
    );
    try {
      await agent.start();
      await seed(postgres.url);
      await agent.until('the bot to answer everybody', 60, async () => {
        for (const person of people) telegram.say(person, '/status');
        await sleep(3000, undefined, { signal });
        const heard = (id: number) =>
          telegram.screen(id).some(({ text }) => /1.?000 servers/.test(text));
        return people.every(({ id }) => heard(id));
      });
      const cold = await ask(telegram, people, COLD, signal);
      const calm = await ask(telegram, people, ASKED, signal);
      const [stuck, ...others] = people;
      if (!stuck) throw new Error('nobody asks');
      telegram.fault({ kind: 'hang', method: 'sendMessage', chatId: stuck.id });
      telegram.say(stuck, '/status');
      const beside = await ask(telegram, others, Math.ceil(HANG_MS / EVERY_MS), signal);
      const samples = [...calm, ...beside];
      const of = (list: readonly number[]) =>
        `p50 ${percentile(list, 0.5)}, p95 ${percentile(list, 0.95)}, worst ${Math.max(...list)}`;
      const parts = `calm: ${of(calm)}; while one chat's handler hangs: ${of(beside)}; not counted, the first ${COLD} after the start: ${of(cold)}`;
      say(parts);
      return {
        ...{ p50: percentile(samples, 0.5), p95: percentile(samples, 0.95), samples },
        conditions: `${SERVERS} servers in PostgreSQL, the whole agent as npm start runs it, ${CHATS} chats, a command every ${EVERY_MS} ms, simulated Telegram on loopback; ms ${parts}`,
      };
    } finally {
      await agent.remove();
      await telegram.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function seed(url: string): Promise<void> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  try {
    await db.query(SEED, [SERVERS]);
  } finally {
    await db.end();
  }
}

/** Milliseconds to the first answer, for each of `times` commands said in turn. */
async function ask(
  telegram: TelegramServer,
  from: readonly Person[],
  times: number,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const said: { readonly chat: number; readonly at: number; readonly from: number }[] = [];
  for (let n = 0; n < times; n++) {
    const person = from[n % from.length];
    if (!person) break;
    said.push({ chat: person.id, at: Date.now(), from: telegram.calls.length });
    telegram.say(person, COMMANDS[n % COMMANDS.length] ?? '/status');
    await sleep(EVERY_MS, undefined, { signal });
  }
  await sleep(ANSWER_MS, undefined, { signal });
  return said.map(({ chat, at, from: first }) => {
    const answer = telegram.calls
      .slice(first)
      .find(({ method, payload }) => method === 'sendMessage' && payload.chat_id === chat);
    if (!answer) throw new Error(`nobody answered in chat ${chat}`);
    return answer.at - at;
  });
}
