import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { hostProbeContract } from '#test/contracts/host-probe-contract.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { freePort, startSshLab } from '#test/support/ssh-lab.ts';
import { startTcpGate } from '#test/support/tcp-gate.ts';
import { createClock } from '../clock.ts';
import { ensureKeyPair } from '../keys.ts';
import { createHostProbe } from './pool.ts';

hostProbeContract('kept ssh2 connections to a real sshd', async () => {
  const [lab, otherLab] = await Promise.all([startSshLab(), startSshLab()]);
  const gate = await startTcpGate(lab.port);
  const other = await ensureKeyPair(join(lab.folder, 'other'), 'other');
  const silent = await listen((socket) => socket.on('error', () => {}));
  const gone = await listen((socket) => socket.destroy());
  const probe = createHostProbe({
    log: createRecordingLogger(),
    clock: createClock(),
    limits: { handshakesPerSecond: 200 },
  });
  return {
    probe,
    gate,
    target: (changes) => lab.target({ port: gate.port, ...changes }),
    otherHostKey: otherLab.hostKey,
    otherPrivateKey: other.privateKey,
    closed: lab.target({ handle: 'closed', port: await freePort() }),
    silent: lab.target({ handle: 'silent', port: silent.port }),
    gone: lab.target({ handle: 'gone', port: gone.port }),
    async stop() {
      await probe.close();
      await gate.stop();
      silent.server.close();
      gone.server.close();
      await Promise.all([lab.stop(), otherLab.stop()]);
    },
  };
});

/** Something that takes connections and is no sshd. */
function listen(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    const server = createServer(onSocket);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address ? address.port : 0 });
    });
  });
}
