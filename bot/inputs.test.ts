import { afterEach, beforeEach, expect, it } from 'vitest';
import { chatInput } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, EVE } from '#test/builders/chat-stage.ts';

const PASSWORD = '/start s3cr3t <&>';

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage();
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const card = async () => {
  const [message] = await stage.during(() => stage.telegram.say(ANN, '/answer'));
  if (!message) throw new Error('no card');
  return message;
};
const prompted = async () => {
  const shown = await card();
  const [prompt] = await stage.during(() => stage.telegram.tap(ANN, shown, 'Answer here'));
  if (!prompt) throw new Error('no prompt');
  return prompt;
};

it('takes a secret once, deletes it from the chat and keeps it from every record', async () => {
  const request = chatInput({ question: 'Root password of <vps-1001>?\nIt is used once.' });
  stage.inputs.push(request);
  const prompt = await prompted();
  expect(prompt.text).toContain('Root password of <vps-1001>?\nIt is used once.');
  expect(prompt.reply_markup).toMatchObject({ force_reply: true });
  expect(await stage.ask(ANN, PASSWORD, { reply_to_message: prompt })).toContain('Thank you');
  expect(stage.agent.answers.get(request.id)).toBe(PASSWORD);
  expect(JSON.stringify(stage.telegram.screen(ANN.id))).not.toContain('s3cr3t');
  expect(JSON.stringify(stage.log.lines)).not.toContain('s3cr3t');
  expect(JSON.stringify([...stage.updates.rows.values()])).not.toContain('s3cr3t');
  expect(await stage.ask(ANN, 'again', { reply_to_message: prompt })).toContain('closed already');
});

it('recommends the host, and says so when the message could not be deleted', async () => {
  stage.inputs.push(chatInput());
  expect((await card()).text).toContain('npx zavhoz inputs answer');
  const prompt = await prompted();
  stage.telegram.fault({
    kind: 'refuse',
    method: 'deleteMessage',
    error: { error_code: 400, description: "Bad Request: message can't be deleted for everyone" },
  });
  const said = await stage.ask(ANN, PASSWORD, { reply_to_message: prompt });
  expect(said).toContain('Delete it yourself');
  expect(said).toContain('Thank you');
});

it('confirms and declines by a button, once', async () => {
  stage.inputs.push(chatInput({ kind: 'confirm', question: 'Order it by hand.' }));
  const shown = await card();
  const [thanks] = await stage.during(() => stage.telegram.tap(ANN, shown, 'It is done'));
  expect(thanks?.text).toContain('Thank you');
  const [closed] = await stage.during(() => stage.telegram.tap(ANN, shown, 'Decline'));
  expect(closed?.text).toContain('closed already');
  expect(stage.agent.declined).toEqual([]);

  stage.inputs.push(chatInput());
  const second = await card();
  await stage.during(() => stage.telegram.tap(ANN, second, 'Decline'));
  expect(stage.agent.declined).toHaveLength(1);
});

it('takes no secret in a group, yet deletes what was written there', async () => {
  stage.inputs.push(chatInput());
  const prompt = await prompted();
  const chat = { id: -100_7, type: 'supergroup', title: 'ops' } as const;
  const said = await stage.ask(ANN, PASSWORD, { chat, reply_to_message: prompt });
  expect(said).toContain('private chat only');
  expect(stage.agent.answers.size).toBe(0);
  expect(JSON.stringify(stage.telegram.screen(chat.id))).not.toContain('s3cr3t');
});

it('takes nothing from people without the role', async () => {
  stage.inputs.push(chatInput());
  const prompt = await prompted();
  await stage.ask(EVE, PASSWORD, { reply_to_message: prompt });
  expect(stage.agent.answers.size).toBe(0);
});

it('says when nothing is asked or nothing fits', async () => {
  expect(await stage.ask(ANN, '/answer')).toContain('No operation waits');
  stage.inputs.push(chatInput());
  expect(await stage.ask(ANN, '/answer zzz')).toContain('No open question fits zzz');
});
