import { Composer } from 'telegraf';
import { Role } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { privateOnly } from '../filters/private-only.ts';
import { secondsOf } from '../orders/window.ts';
import { code, join, shown } from '../render/html.ts';

const USAGE = '/invite operator 24h';
const DAY = 86_400;
const LEAST = 300;
const MOST = 7 * DAY;

/** Roles as they are called in both languages. */
const WORDS: Readonly<Record<string, Role>> = {
  ...{ viewer: 'viewer', operator: 'operator', owner: 'owner' },
  ...{ наблюдатель: 'viewer', оператор: 'operator', владелец: 'owner' },
};

/** One-time codes that let people in, or raise them. */
export const invite = ({ users, clock }: Pick<BotDeps, 'users' | 'clock'>) => {
  const feature = new Composer<BotContext>();
  const guards = [privateOnly, atLeast('owner'), fresh({ clock })] as const;

  async function make(ctx: BotContext, role: Role, seconds: number): Promise<void> {
    const { t } = ctx;
    const made = await users.invite(role, `tg:${ctx.from?.id}`, seconds);
    const plain = made.code.reveal();
    return ctx.say(
      join([
        t('invite.made', {
          ...{ role: t(`role.${role}`), left: t.duration(seconds) },
          until: t.moment(made.expiresAt),
        }),
        t('invite.link', { link: shown(`https://t.me/${ctx.botInfo.username}?start=${plain}`) }),
        t('invite.code', { code: code(plain) }),
        t('invite.hand_over'),
      ]),
    );
  }

  feature.command('invite', ...guards, (ctx) => {
    const { t } = ctx;
    const [word = '', duration = '24h', ...rest] = ctx.payload.trim().toLowerCase().split(/\s+/);
    const usage = code(USAGE);
    if (word === '') {
      const buttons = Role.options.map((role) => [
        { text: t.plain(`button.${role}`), data: `pe.i.${role}` },
      ]);
      return ctx.say({ text: t('invite.which', { usage }), buttons });
    }
    const role = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    const seconds = secondsOf(duration);
    if (!role || seconds === null || seconds < LEAST || seconds > MOST || rest.length > 0) {
      return ctx.say(
        t('invite.usage', { usage, least: t.duration(LEAST), most: t.duration(MOST) }),
      );
    }
    return make(ctx, role, seconds);
  });

  feature.action(/^pe\.i\.(viewer|operator|owner)$/, ...guards, (ctx) =>
    make(ctx, Role.parse(ctx.match[1]), DAY),
  );
  return feature;
};
