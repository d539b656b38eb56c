import { expect, it } from 'vitest';
import { STEP_LISTS } from '#graph/build.ts';
import { translator } from './locales/translate.ts';
import { stepTitle } from './render/operation.ts';

const ids = [...new Set(Object.values(STEP_LISTS).flatMap((steps) => steps.map(({ id }) => id)))];

it.each(ids)('the step %s has words of people in each language', (id) => {
  const title = 'The Agent’s Own Words';
  const [english, russian] = (['en', 'ru'] as const).map(
    (language) => stepTitle(translator(language), { id, title }).html,
  );
  expect(english).toMatch(/^[A-Z]/);
  expect(russian).toMatch(/^[А-ЯЁ]/);
  expect(english).not.toBe(title);
});
