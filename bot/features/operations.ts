import { Composer } from 'telegraf';
import { isTerminal } from '#domain/operation.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { covers } from '../filters/at-least.ts';
import { bold, join } from '../render/html.ts';
import { cancelButton, operationLine } from '../render/operation.ts';

const SHOWN = 10;

export const operations = ({ operations: repository }: Pick<BotDeps, 'operations'>) => {
  const feature = new Composer<BotContext>();
  feature.command('operations', async (ctx) => {
    const { t } = ctx;
    const { items } = await repository.list({}, { offset: 0, limit: SHOWN });
    if (items.length === 0) return ctx.say(t('operations.none'));
    const mayStop = covers(ctx.person.role, 'operator');
    return ctx.say({
      text: join([
        bold(t('operations.title')),
        ...items.map((operation) => operationLine(t, operation)),
      ]),
      buttons: items
        .filter((operation) => mayStop && !isTerminal(operation.status))
        .map((operation) => [cancelButton(t, operation)]),
    });
  });
  return feature;
};
