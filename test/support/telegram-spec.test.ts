import { expect, it } from 'vitest';
import { telegramSpec } from './telegram-spec.ts';

it('is never left out of a whole run', () => {
  const env = { SPECS_DIR: '/nowhere', CI: 'true' };
  expect(() => telegramSpec(env)).toThrow('SPECS_DIR (/nowhere) has no telegram-bot-api');
  expect(() => telegramSpec({ CI: 'true' })).toThrow('SPECS_DIR (not set)');
});

it.skipIf(process.env.SPECS_DIR === undefined)('finds what the Bot API does not know', () => {
  const validate = telegramSpec();
  const problems = (payload: object, method = 'sendMessage') =>
    validate?.(method, payload as Record<string, unknown>);
  expect(problems({ chat_id: 1, text: 'x' })).toEqual([]);
  expect(problems({ chat_id: 1 })).toEqual(['sendMessage.text is missing']);
  expect(problems({ chat_id: 1, text: 'x', txet: 'y' })).toEqual([
    'sendMessage.txet is not in the Bot API',
  ]);
  expect(problems({ chat_id: 1, text: 7 })).toEqual(['sendMessage.text is not of type String']);
  expect(
    problems({ chat_id: 1, document: { file_name: 'a', content: 'b' } }, 'sendDocument'),
  ).toEqual([]);
  expect(problems({}, 'sendMesage')).toEqual(['no method sendMesage in the Bot API']);
});
