import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '#cli/client.ts';
import type { LocalChat } from '../telegram/local-chat.ts';
import type { SimControl } from '../time4vps/control-client.ts';
import type { Places } from './places.ts';
import type { Screen } from './screen.ts';
import type { StateFile } from './state.ts';

export interface Story {
  /** The server that was there before Zavhoz. */
  prepare(): Promise<void>;
  /** Takes the chat over, and says what is what. */
  introduce(stage: { chat: LocalChat; url: string; places: Places }): void;
  /** Once what was there before is known, a new server is bought. */
  tell(client: Client): Promise<void>;
  /** Lines of the chat that are the demo's: /buy. */
  aside(line: string): boolean;
  /** The bot has said this, and it stands on the screen. */
  heard(text: string): void;
}

const OLD = 1002;
const NEW = 1001;
/** A first sync takes a second; without it the story goes on as well. */
const FIRST_SYNC_MS = 30_000;

/** What happens in the demo, and what its person is told. */
export function createStory({
  control,
  state,
  screen,
  signal,
}: {
  readonly control: SimControl;
  readonly state: StateFile;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}): Story {
  const again = String(NEW) in state.value.servers;
  let note = (text: string) => screen.line(text);
  let hinted = again;
  const known = (id: number) => String(id) in state.value.servers;

  async function buy(id?: number): Promise<string> {
    const bought = await control.addServer(id === undefined ? {} : { id });
    const servers = { ...state.value.servers, [String(bought.id)]: bought.created };
    await state.change({ servers });
    return `vps-${bought.id}`;
  }

  async function buyAnother(): Promise<void> {
    note(screen.dim('  You buy a server at the provider …'));
    try {
      const handle = await buy();
      note(screen.dim(`  ${handle} is yours. Zavhoz will find it at its next look.`));
    } catch (error) {
      if (!signal.aborted) note(`  It was not bought: ${String(error)}`);
    }
  }

  return {
    async prepare() {
      if (known(OLD)) return;
      await screen.during(`First server in the account: vps-${OLD}`, () => buy(OLD));
    },

    introduce({ chat, url, places }) {
      note = chat.note;
      const { shown } = places;
      note(
        [
          '',
          `  API    ${url} (documentation at /docs)`,
          `  Logs   ${shown(places.agentLog)}, ${shown(places.providerLog)}`,
          `  In another terminal:  . ${withDot(shown(places.env))}`,
          `                        ./test_force_rebuild.sh vps-${NEW}`,
          '                        npx zavhoz servers list',
          '',
          screen.bold('The chat with the bot. ') +
            'You are its owner. Try /status, /servers, /help.',
          'Numbers choose buttons. /buy buys one more server. Ctrl-C ends the demo, hosts are kept.',
          '',
        ].join('\n'),
      );
      if (again)
        note(screen.dim('  The servers are as the last demo left them. /buy for a new one.'));
    },

    async tell(client) {
      if (known(NEW)) return;
      const until = Date.now() + FIRST_SYNC_MS;
      while (Date.now() < until) {
        const found = await client.call('GET', `/api/servers/vps-${OLD}`).catch(() => null);
        if (found !== null) break;
        await sleep(500, undefined, { signal });
      }
      note(
        screen.dim(`  You buy a server at the provider: ${NEW}. It is on the list of those that`),
      );
      note(
        screen.dim('  Zavhoz may change; the one that was there before is not, and is left alone.'),
      );
      await buy(NEW);
    },

    aside(line) {
      if (!/^\/buy\b/.test(line)) return false;
      void buyAnother();
      return true;
    },

    heard(text) {
      const ready = /\b(vps-\d+) is ready\b/.exec(text)?.[1];
      if (hinted || ready === undefined) return;
      hinted = true;
      note(screen.dim(`  Next: /rebuild ${ready} reinstalls it for real; answer with its name.`));
    },
  };
}

/** `. env` would be looked up in PATH. */
const withDot = (path: string): string => (path.includes('/') ? path : `./${path}`);
