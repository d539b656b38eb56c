import { Composer } from 'telegraf';
import type { RebuildMode } from '#domain/operation.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { promptOf, repliesTo } from '../filters/replies-to.ts';
import { bold, code, html, join, shown } from '../render/html.ts';
import { renderAccepted } from '../render/operation.ts';

/**
 * The prompt's first line is the order itself: the answer to the prompt carries it back, so that
 * nothing has to be remembered between the two messages.
 */
const ORDER = /^\S+ \/rebuild ([a-z][a-z0-9-]{0,62}) (reinstall|reset)$/;

export const rebuild = (deps: Pick<BotDeps, 'agent' | 'servers' | 'clock'>) => {
  const feature = new Composer<BotContext>();

  feature.command('rebuild', atLeast('operator'), fresh(deps), async (ctx) => {
    const [word, option] = ctx.payload.trim().split(/\s+/);
    const server = await findServer(ctx, deps, word, '/rebuild vps-1');
    if (!server) return;
    const mode: RebuildMode = option?.toLowerCase() === 'reset' ? 'reset' : 'reinstall';
    const preview = await deps.agent.previewRebuild(server.handle, mode);
    const { t } = ctx;
    await ctx.say(
      join([
        html(`⚠️ ${code(`/rebuild ${server.handle} ${mode}`).html}`),
        t('rebuild.what'),
        ...preview.map((line) => html(`• ${shown(line).html}`)),
        t(mode === 'reset' ? 'rebuild.kept' : 'rebuild.lost'),
        t('rebuild.type_back', { server: bold(shown(server.handle)) }),
      ]),
      { forceReply: { placeholder: t.plain('rebuild.placeholder') } },
    );
  });

  feature.use(
    repliesTo(ORDER, deps, [atLeast('operator'), fresh(deps)], async (ctx, [, target, mode]) => {
      const typed = ctx.message && 'text' in ctx.message ? ctx.message.text.trim() : '';
      if (!target || typed !== target) return ctx.say(ctx.t('rebuild.mismatch'));
      const accepted = await deps.agent.submit({
        kind: 'rebuild',
        mode: mode === 'reset' ? 'reset' : 'reinstall',
        target,
        by: `tg:${ctx.from?.id}`,
        // One prompt is one order, however often it is answered.
        key: `tg:${ctx.chat?.id}:${promptOf(ctx)?.message_id}`,
      });
      return ctx.say(renderAccepted(ctx.t, accepted));
    }),
  );
  return feature;
};
