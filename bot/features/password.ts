import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { fresh } from '../filters/fresh.ts';
import { privateOnly } from '../filters/private-only.ts';
import { bold, join, shown } from '../render/html.ts';

const USAGE = '/password vps-1';
const SECONDS = 600;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** A link to the root password, for the owner who asks; the password itself never enters a chat. */
export const password = (
  deps: Pick<BotDeps, 'secretLinks' | 'servers' | 'clock' | 'publicUrl'>,
) => {
  const feature = new Composer<BotContext>();

  feature.command('password', privateOnly, atLeast('owner'), fresh(deps), async (ctx) => {
    const { t } = ctx;
    const server = await findServer(ctx, deps, ctx.payload.trim().split(/\s+/)[0], USAGE);
    if (!server) return;
    const named = bold(shown(server.handle));
    const link = await deps.secretLinks.create(server.handle, BigInt(ctx.from.id), SECONDS);
    if (!link) return ctx.say(t('password.none', { server: named }));
    const root = deps.publicUrl.replace(/\/+$/, '');
    const { hostname, protocol } = new URL(root);
    const local = LOOPBACK.test(hostname);
    return ctx.say(
      join([
        t('password.link', { server: named }),
        shown(`${root}/secret/${link.token.reveal()}`),
        t('password.how', { left: t.duration(SECONDS) }),
        local ? t('password.local') : null,
        !local && protocol === 'http:' ? t('password.plain') : null,
      ]),
    );
  });
  return feature;
};
