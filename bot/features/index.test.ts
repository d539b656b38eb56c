import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ANN, chatStage } from '#test/builders/chat-stage.ts';
import { COMMANDS } from './commands.ts';
import { features } from './index.ts';

/** Files that are no features of their own. */
const HELPERS = ['commands.ts', 'index.ts'];

describe('features', () => {
  it('are all on the list', () => {
    const files = readdirSync(import.meta.dirname)
      .filter((file) => !file.endsWith('.test.ts') && !HELPERS.includes(file))
      .map((file) => file.replace('.ts', ''));
    expect(features.map((feature) => feature.name).sort()).toEqual(files.sort());
  });

  it('answer every command of the menu with something of their own', async () => {
    const stage = await chatStage({ [ANN.id]: 'owner' });
    stage.start();
    for (const { name } of COMMANDS) {
      const answer = await stage.ask(ANN, `/${name}`);
      expect(answer, name).not.toBe('');
      expect(answer, name).not.toContain('I did not understand');
    }
    await stage.close();
    expect(stage.telegram.problems).toEqual([]);
  });
});
