import { OpsError } from '#domain/errors.ts';
import { RecoveryMode, Rung } from '#domain/recovery.ts';
import type { Translate } from '../locales/translate.ts';
import { bold, type Html, join, shown } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';
import type { OrderDeps, OrderKind } from './kind.ts';
import { nameOf, viewServer, whereLine } from './server-view.ts';

export const GROUP = 'group:';

interface ModeWish {
  readonly target: string;
  readonly mode: RecoveryMode;
  /** Of groups alone: the highest rung that needs no human. */
  readonly rung: Rung | null;
}

export function modeWish(target: string, words: Readonly<Record<string, string>>): ModeWish {
  const mode = RecoveryMode.safeParse(words.mode);
  const rung = words.rung === undefined ? null : Rung.safeParse(words.rung);
  if (!mode.success || rung?.success === false) {
    throw new OpsError('invalid_input', `There is no such mode: ${words.mode} ${words.rung ?? ''}`);
  }
  return { target, mode: mode.data, rung: rung?.data ?? null };
}

/** Sets it, and says what it means. Setting it twice is setting it once. */
export async function setMode(
  { target, mode, rung }: ModeWish,
  by: string,
  t: Translate,
  { servers, groups }: Pick<OrderDeps, 'servers' | 'groups'>,
): Promise<Rendered> {
  if (!target.startsWith(GROUP)) {
    await servers.update(target, { mode }, by);
    return { text: said(t, t('mode.server', { server: bold(shown(target)) }), mode, null) };
  }
  const policy = { mode, ...(rung === null ? {} : { highest_rung: rung }) };
  const group = await groups.update(target.slice(GROUP.length), { policy }, by);
  const name = t('mode.group', { group: bold(shown(group.name)) });
  return { text: said(t, name, mode, group.policy.highest_rung) };
}

const said = (t: Translate, target: Html, mode: RecoveryMode, rung: Rung | null): Html =>
  join([
    t('mode.set', { target, mode }),
    t(`mode.means_${mode}`),
    mode === 'auto' && rung !== null ? t('mode.rung', { rung: t(`rung.${rung}`) }) : null,
  ]);

/** Only `auto` is asked about: from then on servers are interrupted without a human's word. */
export const mode: OrderKind = {
  role: 'owner',
  word: 'tap',
  starts: false,
  async view({ target, arguments: words }, t, deps) {
    const wish = modeWish(target, words);
    const { facts, head, rung } = target.startsWith(GROUP)
      ? await groupHead(wish, t, deps)
      : await serverHead(wish, t, deps);
    return {
      facts,
      text: [
        ...head,
        t('order.mode.what', { rung: t(`rung.${rung}`) }),
        t('order.mode.lost'),
        t('order.mode.undo', { target }),
      ],
      yes: t.plain('order.mode.yes'),
    };
  },
  act: (order, t, deps) =>
    setMode(modeWish(order.target, order.arguments), `tg:${order.askedBy}`, t, deps),
};

async function groupHead({ target, rung }: ModeWish, t: Translate, { groups, servers }: OrderDeps) {
  const { id, name, policy } = await groups.require(target.slice(GROUP.length));
  const { total } = await servers.list({ group: name }, { offset: 0, limit: 1 });
  const group = t('mode.group', { group: bold(shown(name)) });
  return {
    facts: { group: id, mode: policy.mode, highest_rung: policy.highest_rung },
    head: [t('order.mode.title', { target: group }), t('order.mode.servers', { count: total })],
    rung: rung ?? policy.highest_rung,
  };
}

async function serverHead({ target }: ModeWish, t: Translate, deps: OrderDeps) {
  const { server, facts, highestRung } = await viewServer(target, deps);
  return {
    facts: { ...facts, highest_rung: highestRung },
    head: [t('order.mode.title', { target: nameOf(server) }), whereLine(t, server)],
    rung: highestRung,
  };
}
