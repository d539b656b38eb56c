import { connect, createServer, type Socket } from 'node:net';

export interface TcpGate {
  readonly port: number;
  /** Connections taken so far, and those that are open now. */
  readonly taken: number;
  readonly open: number;
  /** Whether new connections are taken; those that are open live on. */
  accept(on: boolean): Promise<void>;
  /** Those that are open now go silent in both directions, without a word to either side. */
  freeze(): void;
  /** Those that are open now are reset. */
  cut(): void;
  stop(): Promise<void>;
}

/** A port of 127.0.0.1 that leads to another one, and a network that can go wrong in between. */
export async function startTcpGate(to: number): Promise<TcpGate> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let taken = 0;
  const server = createServer((near) => {
    taken++;
    const far = connect(to, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    near.pipe(far).pipe(near);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        for (const one of pair) one.destroy();
      });
    }
  });
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  const port = await listen(0);
  const cut = () => {
    for (const pair of [...pairs]) for (const socket of pair) socket.resetAndDestroy();
  };
  return {
    port,
    get taken() {
      return taken;
    },
    get open() {
      return pairs.size;
    },
    async accept(on) {
      if (on && !server.listening) await listen(port);
      // Not awaited: it calls back only when the last open connection is gone.
      if (!on && server.listening) server.close();
    },
    freeze() {
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    cut,
    async stop() {
      cut();
      if (server.listening) server.close();
    },
  };
}
