import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createTcpProbe } from './tcp-probe.ts';

describe('tcp probe', () => {
  const tcp = createTcpProbe();
  const options = { timeoutMs: 2000, signal: new AbortController().signal };

  it('tells open from refused', async () => {
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await tcp.probe('127.0.0.1', port, options)).toBe('open');
    server.close();
    await once(server, 'close');
    expect(await tcp.probe('127.0.0.1', port, options)).toBe('refused');
  });

  it('takes a network without a way for filtered', async () => {
    expect(await tcp.probe('255.255.255.255', 80, options)).toBe('filtered');
  });

  it('takes silence for filtered, and stops at an abort', async () => {
    const host = await startSilentHost();
    const controller = new AbortController();
    const stopped = tcp.probe('127.0.0.1', host.port, { ...options, signal: controller.signal });
    expect(await tcp.probe('127.0.0.1', host.port, { ...options, timeoutMs: 100 })).toBe(
      'filtered',
    );
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const late = tcp.probe('127.0.0.1', host.port, { ...options, signal: controller.signal });
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
    host.stop();
  });
});

/** A process that listens and never accepts: once its queue is full the kernel drops what comes. */
async function startSilentHost(): Promise<{ port: number; stop(): void }> {
  const script = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 });
    server.once('listening', () => {
      require('node:fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await once(child.stdout, 'data');
  const port = Number(String(text));
  const fill = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(fill.map((socket) => once(socket, 'connect')));
  return {
    port,
    stop() {
      for (const socket of fill) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
