import { describe } from 'vitest';
import { telegramContract } from '#test/contracts/telegram-contract.ts';
import { startNpmTelegram } from '#test/support/npm-telegram.ts';
import type { Message } from './model.ts';
import { startTelegramServer } from './server.ts';

const PERSON = { id: 42, is_bot: false, first_name: 'Ann' };

describe('our stand-in of Telegram', () => {
  telegramContract(PERSON.id, async () => {
    let local = '';
    const telegram = await startTelegramServer({ reach: () => local });
    const written = () => telegram.screen(PERSON.id).filter(({ from }) => from?.is_bot);
    const withButton = (text: string): Message => {
      const found = written().findLast((message) =>
        message.reply_markup?.inline_keyboard?.flat().some((button) => button.text === text),
      );
      if (!found) throw new Error(`No button "${text}".`);
      return found;
    };
    return {
      ...telegram,
      say: (text: string) => void telegram.say(PERSON, text),
      tap: (text: string) => telegram.tap(PERSON, withButton(text), text),
      screen: () => written().map(({ text }) => text),
      publicUrl(address: string) {
        local = address;
        return 'https://bot.example/hook';
      },
    };
  });
});

describe('telegram-test-api of npm', () => {
  telegramContract(PERSON.id, () => startNpmTelegram(PERSON));
});
