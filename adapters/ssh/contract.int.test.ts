import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { sshContract } from '#test/contracts/ssh-contract.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { freePort, PASSWORDS, startSshLab } from '#test/support/ssh-lab.ts';
import { ensureKeyPair } from '../keys.ts';
import { createSsh } from './index.ts';

sshContract('ssh2 to a real sshd', async () => {
  const [lab, otherLab] = await Promise.all([startSshLab(), startSshLab()]);
  const other = await ensureKeyPair(join(lab.folder, 'other'), 'other');
  const silent = await listen((socket) => socket.on('error', () => {}));
  const gone = await listen((socket) => socket.destroy());
  return {
    ssh: createSsh({ log: createRecordingLogger() }),
    target: lab.target,
    rootPassword: PASSWORDS.root,
    hostKey: lab.hostKey,
    otherHostKey: otherLab.hostKey,
    otherPrivateKey: other.privateKey,
    closed: lab.target({ port: await freePort() }),
    silent: lab.target({ port: silent.port }),
    gone: lab.target({ port: gone.port }),
    async stop() {
      silent.server.close();
      gone.server.close();
      await Promise.all([lab.stop(), otherLab.stop()]);
    },
  };
});

/** Something that takes connections and is no sshd. */
function listen(
  onSocket: (socket: import('node:net').Socket) => void,
): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    const server = createServer(onSocket);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address ? address.port : 0 });
    });
  });
}
