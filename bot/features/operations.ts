import { Composer } from 'telegraf';
import type { Operation } from '#domain/operation.ts';
import type { Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { covers } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { acknowledged } from '../filters/fresh.ts';
import { createNames } from '../people.ts';
import { readPage } from '../read-page.ts';
import type { Rendered } from '../render/message.ts';
import {
  type OperationPlace,
  renderOperations,
  renderOperationView,
} from '../render/operation-view.ts';
import { longId } from '../short-id.ts';

const PAGE = 8;
const FIRST: OperationPlace = { page: 0, server: '' };
const PLACE = String.raw`(\d{1,4})(?:\.([\w-]{22,36}))?`;
const placeOf = (page = '0', server = ''): OperationPlace => ({
  page: Number(page),
  server: longId(server),
});

/** Operations, newest first, and their cards with steps. */
export const operations = (deps: Pick<BotDeps, 'operations' | 'servers' | 'users' | 'clock'>) => {
  const { clock } = deps;
  const feature = new Composer<BotContext>();
  const nameOf = createNames(deps.users);

  async function list({ t }: BotContext, asked: OperationPlace, known?: Server): Promise<Rendered> {
    const { server } = asked;
    const named = known ?? (server === '' ? null : await deps.servers.byId(server));
    if (server !== '' && !named) return { text: t('server.gone') };
    const filter = named ? { serverHandle: named.handle } : {};
    const { items, pages } = await readPage(asked.page, PAGE, (paging) =>
      deps.operations.list(filter, paging),
    );
    const place = { ...asked, page: pages.page };
    return renderOperations(t, items, pages, place, named?.handle ?? '');
  }

  async function view(
    ctx: BotContext,
    operation: Operation,
    place: OperationPlace,
  ): Promise<Rendered> {
    const [steps, by] = await Promise.all([
      deps.operations.steps(operation.id),
      nameOf(operation.requestedBy),
    ]);
    const mayStop = covers(ctx.person.role, 'operator');
    const more = { by, mayStop, now: clock.now() };
    return renderOperationView(ctx.t, operation, steps, place, more);
  }

  feature.command('operations', async (ctx) => {
    const word = ctx.payload.trim().split(/\s+/)[0] ?? '';
    if (word === '') return ctx.say(await list(ctx, FIRST));
    const server = await findServer(ctx, deps, word, '/operations vps-1');
    if (server) await ctx.say(await list(ctx, { page: 0, server: server.id }, server));
  });

  feature.action(new RegExp(`^op\\.p\\.${PLACE}$`), async (ctx) => {
    await acknowledged(ctx);
    const [, page, server] = ctx.match;
    await ctx.redraw(await list(ctx, placeOf(page, server)));
  });

  const show = async (ctx: BotContext, id: string, place: OperationPlace): Promise<void> => {
    await acknowledged(ctx);
    const operation = await deps.operations.find(longId(id));
    if (!operation) return ctx.say(ctx.t('op.gone'));
    return ctx.redraw(await view(ctx, operation, place));
  };
  feature.action(/^op\.([0-9a-f-]{36})$/, (ctx) => show(ctx, ctx.match[1] ?? '', FIRST));
  feature.action(new RegExp(`^op\\.v\\.([\\w-]{22,36})\\.${PLACE}$`), (ctx) => {
    const [, id = '', page, server] = ctx.match;
    return show(ctx, id, placeOf(page, server));
  });
  return feature;
};
