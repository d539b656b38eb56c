import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { covers } from '../filters/at-least.ts';
import { acknowledged } from '../filters/fresh.ts';
import { renderStatus, type StatusFacts } from '../render/status.ts';

const OPERATIONS = 5;

/** The fleet and the agent at a glance. */
export const status = (deps: BotDeps) => {
  const { agent, servers, operations, incidents, inputs, approvals, accounts, system } = deps;
  const feature = new Composer<BotContext>();

  async function look(): Promise<StatusFacts> {
    const [fleet, counts, open, active, questions, asked, known, readiness] = await Promise.all([
      agent.fleet(),
      servers.countByStatus(),
      incidents.countOpen(),
      operations.list(
        { status: ['queued', 'running', 'waiting'] },
        { offset: 0, limit: OPERATIONS },
      ),
      inputs.list({ status: 'open' }),
      approvals.list({ status: 'open' }),
      accounts.list(),
      system.ready(),
    ]);
    return {
      ...{ fleet, counts, incidents: open, operations: active, readiness, accounts: known },
      ...{ approvals: asked.length, inputs: questions.length, version: system.version },
      ...{ pollingAgeMs: system.pollingAgeMs(), now: deps.clock.now() },
    };
  }
  const page = async ({ t, person }: BotContext) =>
    renderStatus(t, await look(), covers(person.role, 'operator'));

  feature.command('status', async (ctx) => ctx.say(await page(ctx)));
  feature.action('st', async (ctx) => {
    await acknowledged(ctx);
    await ctx.redraw(await page(ctx));
  });
  return feature;
};
