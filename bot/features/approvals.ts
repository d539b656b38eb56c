import { Composer } from 'telegraf';
import { type Approval, needsOwner } from '#domain/approval.ts';
import { toOpsError } from '#domain/errors.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast, covers } from '../filters/at-least.ts';
import { acknowledged, fresh } from '../filters/fresh.ts';
import { createNames } from '../people.ts';
import { detailsButton, renderApproval } from '../render/approval.ts';
import { renderApprovalDetails } from '../render/approval-details.ts';

const SHOWN = 5;

/** What recoveries ask of people. One decision counts; the card shows whose it was. */
export const approvals = (
  deps: Pick<BotDeps, 'agent' | 'approvals' | 'incidents' | 'users' | 'clock'>,
) => {
  const { agent } = deps;
  const feature = new Composer<BotContext>();
  const nameOf = createNames(deps.users);

  async function card(ctx: BotContext, approval: Approval) {
    const rendered = renderApproval(ctx.t, approval, await nameOf(approval.decidedBy));
    if (covers(ctx.person.role, 'operator')) return rendered;
    return { text: rendered.text, buttons: [[detailsButton(ctx.t, approval.id)]] };
  }

  feature.command('approvals', async (ctx) => {
    const open = await deps.approvals.list({ status: 'open' });
    if (open.length === 0) return ctx.say(ctx.t('approvals.none'));
    for (const approval of open.slice(0, SHOWN)) await ctx.say(await card(ctx, approval));
    if (open.length > SHOWN) {
      await ctx.say(ctx.t('incidents.more', { count: open.length - SHOWN }));
    }
  });

  /** The buttons go only now: the decision, whoever's it was, is stored. */
  async function settle(ctx: BotContext, id: string, late: boolean): Promise<void> {
    const now = await deps.approvals.find(id);
    if (!now) return ctx.say(ctx.t('approval.gone'));
    await ctx.redraw(await card(ctx, now));
    if (late) await ctx.say(ctx.t('approval.late'));
  }

  feature.action(/^ap\.([yn])\.([0-9a-f-]{36})$/, atLeast('operator'), fresh(deps), async (ctx) => {
    const [, verb, id = ''] = ctx.match;
    const asked = await deps.approvals.find(id);
    if (!asked) return ctx.say(ctx.t('approval.gone'));
    const me = `tg:${ctx.from.id}`;
    if (asked.status !== 'open') {
      // The same tap once more, after a restart: it has counted already. Another word is late.
      const same = asked.decidedBy === me && (asked.status === 'denied') === (verb === 'n');
      return settle(ctx, id, !same);
    }
    if (verb === 'y' && needsOwner(asked) && !covers(ctx.person.role, 'owner')) {
      return ctx.say(ctx.t('approval.owner_only'));
    }
    try {
      await agent.decide(id, verb === 'y' ? 'approve' : 'deny', me);
    } catch (error) {
      if (toOpsError(error).code !== 'conflict') throw error;
      return settle(ctx, id, true);
    }
    return settle(ctx, id, false);
  });

  // Looking changes nothing: whoever may see the card may see what it rests on, however late.
  feature.action(/^ap\.([ds])\.([0-9a-f-]{36})$/, async (ctx) => {
    const [, what, id = ''] = ctx.match;
    await acknowledged(ctx);
    const asked = await deps.approvals.find(id);
    if (!asked) return ctx.say(ctx.t('approval.gone'));
    if (what === 's') return ctx.redraw(await card(ctx, asked));
    const events = asked.incidentId === null ? null : await deps.incidents.events(asked.incidentId);
    return ctx.redraw(renderApprovalDetails(ctx.t, asked, events));
  });
  return feature;
};
