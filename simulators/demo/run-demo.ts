import { rm } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { freePort, writePrivately } from '#app/embedded/files.ts';
import type { Hosts } from '../hosts/hosts.ts';
import { startLocalTelegram } from '../telegram/local-telegram.ts';
import { startAgent } from './agent.ts';
import type { Child, Starting } from './child.ts';
import { createDemoClient } from './client.ts';
import { demoHosts, prepareImage, reconcile, requireDocker } from './hosts.ts';
import { awaitLeftovers, endPlaybooks } from './leftovers.ts';
import type { Places } from './places.ts';
import { showProgress } from './progress.ts';
import { startProvider } from './provider.ts';
import type { Screen } from './screen.ts';
import { openState } from './state.ts';
import { createStory } from './story.ts';
import { takeFolder } from './take-folder.ts';

export interface DemoSettings {
  readonly places: Places;
  readonly port: number;
  /** For the demo's processes. */
  readonly env: Readonly<Record<string, string>>;
  readonly input: Readable;
  readonly output: Writable & { readonly columns?: number };
  readonly screen: Screen;
  /** Ends the demo. */
  readonly signal: AbortSignal;
  /** Fires when the user is tired of waiting for the end. */
  readonly hurry: AbortSignal;
  /** The person left the chat: as if interrupted. */
  readonly leave: () => void;
}

const BOOT_MS = 120_000;
const AGENT_STOP_MS = 60_000;
const PROVIDER_STOP_MS = 75_000;

/** Runs the demo until it is told to end, or its person leaves the chat. Throws what went wrong. */
export async function runDemo(settings: DemoSettings): Promise<void> {
  const { places, screen, env } = settings;
  const closers: (() => Promise<unknown>)[] = [await takeFolder(places.dir)];
  const ending = new AbortController();
  const signal = AbortSignal.any([settings.signal, ending.signal]);
  let died: string | null = null;
  try {
    const state = await openState(places.state);
    await awaitLeftovers(state, screen.line, signal);
    await state.change({ processes: [] });

    const keep = (name: string, stopMs: number): Starting => ({
      places,
      signal,
      async started(child: Child) {
        closers.push(() => child.stop(stopMs));
        child.ended.then((how) => {
          if (!signal.aborted) died = `The ${name} ended by itself (${how}).`;
          ending.abort();
        });
        if (child.info) await state.change({ processes: [...state.value.processes, child.info] });
      },
    });

    const engine = await requireDocker(signal);
    const image = await prepareImage(engine, state, screen, signal);
    const hosts = demoHosts(engine, places, image);
    const { startedOver } = await reconcile(hosts, state, places, signal);
    if (startedOver)
      screen.line('  Hosts of the last demo are gone: it starts from the beginning.');
    const provider = await screen.during('Simulated Time4VPS', async () => {
      const started = await startProvider(keep('simulated Time4VPS', PROVIDER_STOP_MS), env);
      // Else work that was interrupted begins with a host that does not answer.
      await booted(hosts, signal);
      return started;
    });
    const story = createStory({ control: provider.control, state, screen, signal });
    await story.prepare();

    const telegram = await startLocalTelegram({
      input: settings.input,
      output: settings.output,
      terminal: screen.terminal,
      // The agent remembers the updates of earlier runs by their ids, which only grow this way.
      firstUpdate: Math.floor(Date.now() / 1000),
      aside: (line) => story.aside(line),
    });
    closers.push(telegram.close);
    telegram.server.onEvent((event) => {
      if (event.type === 'message') story.heard(event.message.text);
    });
    const { chat } = telegram;
    // Without a terminal the input may be empty from the start; then a signal ends the demo.
    if (screen.terminal) chat.ended.then(settings.leave);

    closers.push(() => endPlaybooks(places));
    const port = await freePort(settings.port);
    const agent = await screen.during('Agent: API, bot, worker, PostgreSQL, Redis', () =>
      startAgent(keep('agent', AGENT_STOP_MS), port, {
        ...env,
        ...provider.env,
        ...telegram.env,
      }),
    );
    settings.hurry.addEventListener('abort', agent.child.hurry, { once: true });
    const client = createDemoClient(agent.url, places.agent, signal);
    await writePrivately(places.env, environmentFile(agent.url, places.agent));
    closers.push(() => rm(places.env, { force: true }));
    story.introduce({ chat, url: agent.url, places });
    const shown = showProgress({
      ...client,
      chat,
      prompts: screen.terminal,
      width: () => settings.output.columns ?? 80,
      dim: screen.dim,
      signal,
    });
    await story.tell(client.client);
    await shown;
  } catch (error) {
    if (died === null && !signal.aborted) throw error;
  } finally {
    ending.abort();
    if (closers.length > 1)
      screen.line('\nStopping; a step that runs has 20 s to end (Ctrl-C once more: at once) …');
    for (const close of closers.reverse()) await close();
  }
  if (died !== null) throw new Error(`${died}\nLogs: ${places.agentLog}, ${places.providerLog}`);
}

async function booted(hosts: Hosts, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(BOOT_MS)]);
  const all = await hosts.list(deadline);
  await Promise.all(all.map(({ id }) => hosts.ready(id, deadline)));
}

const environmentFile = (url: string, dataDir: string): string =>
  [
    '# For another terminal: where the demo listens, and its token.',
    `export ZAVHOZ_URL=${url}`,
    `export ZAVHOZ_DATA_DIR='${dataDir.replaceAll("'", "'\\''")}'`,
    'unset ZAVHOZ_TOKEN',
    '',
  ].join('\n');
