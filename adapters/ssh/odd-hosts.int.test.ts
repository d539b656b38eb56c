import ssh2, { type ServerChannel, type Connection as ServerConnection } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { createHostKeys } from '#simulators/fleet/host-keys.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { createClock } from '../clock.ts';
import { createHostProbe } from './pool.ts';

const GOOD = `zavhoz-health 1\nuid=0\nup=5.00 5.00\nnow=${Date.now()}\nend 1\n`;
const { privateKey: hostKey } = createHostKeys(1)(0);

/** What the host does with the check, each time it is asked. */
type Conduct = (channel: ServerChannel, connection: ServerConnection, asked: number) => void;

describe('hosts that behave oddly', () => {
  let port = 0;
  let conduct: Conduct = () => {};
  let refusal: 'channel' | 'exec' | null = null;
  let refusals = 0;
  let logins = 0;
  let asked = 0;
  let written = 0;
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connection.on('error', () => {});
    connection.on('authentication', (context) => context.accept());
    connection.on('ready', () => {
      logins++;
      connection.on('session', (accept, reject) => {
        if (refusal === 'channel' && refusals-- > 0) return reject();
        accept().on('exec', (acceptExec, rejectExec) => {
          if (refusal === 'exec' && refusals-- > 0) return rejectExec();
          const channel = acceptExec();
          channel.on('error', () => {});
          conduct(channel, connection, ++asked);
        });
      });
    });
  });
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  const log = createRecordingLogger();
  const limits = { handshakesPerSecond: 500 };
  let probe = createHostProbe({ log, clock: createClock(), limits });

  beforeAll(async () => {
    process.on('uncaughtExceptionMonitor', note);
    process.on('unhandledRejection', note);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  afterEach(async () => {
    await probe.close();
    probe = createHostProbe({ log, clock: createClock(), limits });
    refusal = null;
    [refusals, logins, asked, written] = [0, 0, 0, 0];
    expect(unhandled).toEqual([]);
  });
  afterAll(async () => {
    await probe.close();
    server.close();
    process.off('uncaughtExceptionMonitor', note);
    process.off('unhandledRejection', note);
  });

  const target = (): SshTarget => ({
    ...{ handle: 'vps-1', host: '127.0.0.1', port, user: 'root', jump: null },
    ...{ become: 'none', becomePassword: null, hostKeys: [] },
    auth: { kind: 'password', password: new Secret('x') },
  });
  const check = (deadlineMs = 2000, fresh = false) =>
    probe.check(target(), { deadlineMs, signal: new AbortController().signal, fresh });
  const answer =
    (text: string): Conduct =>
    (channel) => {
      channel.write(text);
      channel.exit(0);
      channel.end();
    };

  it('one that floods us is cut off and garbled', async () => {
    conduct = (channel) => {
      const block = 'x'.repeat(32_768);
      const more = (): void => {
        while (!channel.destroyed && channel.write(block)) written += block.length;
        if (written < 64 * 1024 * 1024) channel.once('drain', more);
      };
      more();
    };
    const before = process.memoryUsage.rss();
    expect(await check()).toMatchObject({ outcome: 'garbled', reading: null });
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
    expect(probe.kept).toBe(0);
  });

  it('one that floods after a whole answer loses the kept connection', async () => {
    conduct = (channel) => {
      channel.write(GOOD);
      setTimeout(() => channel.write('x'.repeat(200_000)), 50);
    };
    expect((await check()).outcome).toBe('answered');
    await expect.poll(() => probe.kept).toBe(0);
  });

  it.each([
    ['nothing', ''],
    ['half an answer', GOOD.slice(0, -4)],
    ['another program', 'This account is currently not available.\n'],
    ['bytes', '\u0000\u001b[2J\ufffd'.repeat(100)],
  ])('one that answers with %s is garbled', async (_name, text) => {
    conduct = answer(text);
    const seen = await check();
    expect(seen).toMatchObject({ outcome: 'garbled', reading: null });
    expect(seen.message).toMatch(/^[ -~]+$/);
  });

  it('one whose answer comes byte by byte is read', async () => {
    conduct = async (channel) => {
      for (const byte of GOOD) channel.write(byte);
      channel.end();
    };
    expect((await check()).outcome).toBe('answered');
  });

  it('one that never closes the channel is read all the same', async () => {
    conduct = (channel) => void channel.write(GOOD);
    for (let n = 0; n < 5; n++) expect((await check()).outcome).toBe('answered');
    expect(logins).toBe(1);
  });

  it.each(['channel', 'exec'] as const)(
    'a refused %s costs one login, not the host',
    async (what) => {
      conduct = answer(GOOD);
      await check();
      refusal = what;
      refusals = 1;
      expect(await check()).toMatchObject({ outcome: 'answered', fresh: true });
      expect(logins).toBe(2);
      refusals = 9;
      const seen = await check();
      expect(seen).toMatchObject({ outcome: 'garbled' });
      expect(seen.message).toContain('runs no command');
    },
  );

  it('one that takes the command and stays silent is timed out once, without another login', async () => {
    conduct = answer(GOOD);
    await check();
    conduct = () => {};
    expect(await check(400)).toMatchObject({ outcome: 'timeout', fresh: false });
    expect(logins).toBe(1);
    expect(probe.kept).toBe(0);
  });

  it('one that hangs up on every check is unreachable', async () => {
    conduct = (_channel, connection) => void connection.end();
    expect((await check()).outcome).toBe('unreachable');
  });

  it('one that hangs up on a kept connection is asked once more', async () => {
    conduct = (channel, connection, count) => {
      if (count === 2) connection.end();
      else answer(GOOD)(channel, connection, count);
    };
    await check();
    expect(await check()).toMatchObject({ outcome: 'answered', fresh: true });
  });

  it('close ends what is under way, and nothing begins after it', async () => {
    conduct = () => {};
    const waiting = check(30_000);
    await expect.poll(() => asked).toBe(1);
    await probe.close();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(check()).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('a turn that is waited for is not the host’s delay', async () => {
    conduct = answer(GOOD);
    await probe.close();
    probe = createHostProbe({ log, clock: createClock(), limits: { handshakesPerSecond: 4 } });
    const seen = await Promise.all([1, 2, 3, 4].map(() => check(600, true)));
    expect(new Set(seen.map(({ outcome }) => outcome))).toEqual(new Set(['answered']));
    expect(Math.max(...seen.map(({ latencyMs }) => latencyMs))).toBeLessThan(600);
  });

  it('keeps no more connections than it may', async () => {
    conduct = answer(GOOD);
    await probe.close();
    probe = createHostProbe({ log, clock: createClock(), limits: { ...limits, kept: 3 } });
    const signal = new AbortController().signal;
    for (let n = 0; n < 6; n++) {
      const one = { ...target(), handle: `vps-${n}` };
      await probe.check(one, { deadlineMs: 2000, signal, fresh: false });
    }
    expect(probe.kept).toBe(3);
  });
});
