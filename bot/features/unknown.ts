import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { serversNamed } from '../filters/find-server.ts';
import { acknowledged } from '../filters/fresh.ts';
import type { Button } from '../render/message.ts';
import { type Suggestion, suggest } from '../suggest.ts';
import { type Command, commandsFor } from './commands.ts';

/** Words that are looked up as servers: nobody names more of them in one breath. */
const NAMES = 3;
const DATA_BYTES = 64;

/** Answers to free text, asked in this order; the first that has one gives it. */
type PlainAnswer = (ctx: BotContext, text: string) => Promise<boolean>;

/** The last feature: what nobody took. Groups are spared. */
export const unknown = (deps: Pick<BotDeps, 'servers'>) => {
  const feature = new Composer<BotContext>();

  const nearest: PlainAnswer = async (ctx, text) => {
    const commands = commandsFor(ctx.person.role);
    const found = suggest(
      text,
      commands.map(({ name }) => name),
    );
    const handle = found.length > 0 ? await serverIn(found[0]?.rest ?? []) : null;
    const buttons = found.flatMap((one) => buttonOf(one, commands, handle));
    if (buttons.length === 0) return false;
    await ctx.say({ text: ctx.t('unknown.nearest'), buttons: buttons.map((one) => [one]) });
    return true;
  };
  // The place of the zavhoz node's answers in plain language: before the nearest commands.
  const answers: readonly PlainAnswer[] = [nearest];

  /** The one server that a word names. */
  async function serverIn(words: readonly string[]): Promise<string | null> {
    for (const word of words.filter((one) => /^[\w-]{2,63}$/.test(one)).slice(0, NAMES)) {
      const { items, total } = await serversNamed(deps, word);
      if (total === 1) return items[0]?.handle ?? null;
    }
    return null;
  }

  feature.on('message', async (ctx) => {
    if (ctx.chat.type !== 'private' || !('text' in ctx.message)) return;
    for (const answer of answers) if (await answer(ctx, ctx.message.text)) return;
    await ctx.say({
      text: ctx.t('unknown.text'),
      buttons: [['/status', '/help'].map((text) => ({ text, data: `go.${text}` }))],
    });
  });
  // A button of an older version: the tap must not spin for ever.
  feature.on('callback_query', async (ctx) => {
    await acknowledged(ctx);
  });
  return feature;
};

function buttonOf(
  { command }: Suggestion,
  commands: readonly Command[],
  handle: string | null,
): readonly Button[] {
  const takesServer = commands.find(({ name }) => name === command)?.usage.includes('vps-1');
  const text = takesServer && handle ? `/${command} ${handle}` : `/${command}`;
  const data = `go.${text}`;
  return Buffer.byteLength(data) <= DATA_BYTES ? [{ text, data }] : [];
}
