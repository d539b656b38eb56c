import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { chatInput, chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, until } from '#test/builders/chat-stage.ts';
import { createLocalChat } from './local-chat.ts';
import { startLocalTelegram } from './local-telegram.ts';
import { renderMessage } from './render-message.ts';

let stage: ChatStage;
let input: PassThrough;
let shown: string;
beforeEach(async () => {
  stage = await chatStage();
  stage.servers.push(chatServer('vps-1001'));
  input = new PassThrough();
  const output = new PassThrough();
  shown = '';
  output.on('data', (chunk) => {
    shown += chunk;
  });
  createLocalChat({ telegram: stage.telegram, person: ANN, input, output, terminal: false });
  stage.start();
});
afterEach(() => stage.close());

/** Types a line and waits until the text is on the screen. */
const type = async (line: string, expected: string) => {
  shown = '';
  input.write(`${line}\n`);
  await until(() => shown.includes(expected));
};

it('speaks through the bot: text, numbered choices, answers to prompts', async () => {
  await type('/status', '1 server');
  await type('/provision vps-1001', '[5] Stop vps-1001');
  await type('5', 'Cancelled: preparation');
  await type('/rebuild vps-1001', '(your next line answers this');
  await type('vps-1001', 'Accepted: reinstallation');
  expect(stage.agent.commands.map((c) => c.kind)).toEqual(['provision', 'rebuild']);
  await type('7', '(there is no choice 7 now)');
});

it('leaves a prompt unanswered on an empty line, and deletes secrets from the screen', async () => {
  stage.inputs.push(chatInput());
  await type('/answer', '[1] Answer here');
  await type('1', '(your next line answers this');
  await type('', '(left unanswered)');
  await type('1', '(your next line answers this');
  await type('123456', '(a message was deleted)');
  await until(() => stage.agent.answers.size === 1);
  expect([...stage.agent.answers.values()]).toEqual(['123456']);
});

it('shows edits, and ends with its input', async () => {
  for (let n = 0; n < 30; n++) stage.servers.push(chatServer(`vps-${2000 + n}`));
  await type('/servers', '[11] More ›');
  await type('11', '↻');
  expect(shown).toContain('‹ Back');
  const output = new PassThrough();
  const other = new PassThrough();
  const chat = createLocalChat({
    telegram: stage.telegram,
    person: ANN,
    input: other,
    output,
    terminal: false,
  });
  other.end();
  await chat.ended;
});

it('shows of an edited card what is new, of a file its beginning, and what was deleted', async () => {
  const { telegram } = stage;
  const chat = { id: ANN.id, type: 'private' } as const;
  const card = (done: number) =>
    ['Preparing vps-1001', ...[1, 2, 3, 4].map((n) => `${n <= done ? '✓' : '·'} step ${n}`)].join(
      '\n',
    );
  shown = '';
  const { message_id: id } = telegram.write({ chat, text: card(1) });
  telegram.write({ chat, text: card(2) }, id);
  await until(() => shown.endsWith('↻ Preparing vps-1001\n  ✓ step 2\n'));
  expect(shown.match(/step 3/g)).toHaveLength(1);
  const timed = telegram.write({ chat, text: 'Preparing vps-1002\nstep 1\nfor 3 sec' });
  telegram.write({ chat, text: 'Preparing vps-1002\nstep 1\nfor 6 sec' }, timed.message_id);
  telegram.write({ chat, text: 'Preparing vps-1002\nstep 2\nfor 9 sec' }, timed.message_id);
  await until(() => shown.includes('for 9 sec'));
  expect(shown).not.toContain('for 6 sec');
  const content = Array.from({ length: 60 }, (_, n) => `line ${n}`).join('\n');
  const document = { file_id: 'f', file_name: 'zavhoz.txt', content };
  telegram.write({ chat, text: '', document, caption: 'It begins' });
  await until(() => shown.includes('and 20 more lines'));
  expect(shown).toContain('» 📎 zavhoz.txt\n  It begins\n  | line 0\n');
  telegram.remove(ANN.id, id);
  await until(() => shown.includes('(a message was deleted)'));
});

it('keeps lines that are not for the bot from it, and prints notes', async () => {
  const output = new PassThrough();
  const seen: string[] = [];
  const local = await startLocalTelegram({
    input: new PassThrough(),
    output,
    terminal: false,
    firstUpdate: 1_800_000_000,
    aside: (line) => line === '/buy' && seen.push(line) > 0,
  });
  local.chat.type('/buy');
  local.chat.type('/status');
  local.chat.note('by the way');
  local.chat.prompt('[50 %] > ');
  expect(seen).toEqual(['/buy']);
  const queued = local.server.queue.map(({ update_id, message }) => [update_id, message?.text]);
  expect(queued).toEqual([
    [1_800_000_000, '/start'],
    [1_800_000_001, '/status'],
  ]);
  expect(String(output.read())).toBe('by the way\n');
  await local.close();
});

it('lets no text steer the terminal', () => {
  const message = {
    message_id: 1,
    chat: { id: 1, type: 'private' as const },
    date: 0,
    text: 'a\u001b[2Jb\u0007\nc',
    entities: [{ type: 'bold' as const, offset: 0, length: 1 }],
  };
  expect(renderMessage(message, false)).toBe('a[2Jb\nc');
  expect(renderMessage(message, true)).toBe('\u001b[1ma\u001b[22m[2Jb\nc');
});

it('is handed to the agent as settings', async () => {
  const local = await startLocalTelegram({
    input: new PassThrough(),
    output: new PassThrough(),
    terminal: false,
  });
  expect(local.env.TELEGRAM_API_ROOT).toBe(local.server.apiRoot);
  expect(local.server.queue[0]?.message?.text).toBe('/start');
  const answer = await fetch(
    `${local.env.TELEGRAM_API_ROOT}/bot${local.env.TELEGRAM_BOT_TOKEN}/getMe`,
  );
  expect(await answer.json()).toMatchObject({ ok: true, result: { is_bot: true } });
  const wrong = await fetch(`${local.env.TELEGRAM_API_ROOT}/bot1:wrong/getMe`);
  expect(wrong.status).toBe(401);
  await local.close();
});
