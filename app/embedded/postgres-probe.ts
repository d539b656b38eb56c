import { connect } from 'node:net';

/**
 * Whether a PostgreSQL on this port of 127.0.0.1 takes connections: it asks for a password. Who it
 * is, the caller knows from its process. No client library, as this process must stay small.
 */
export function asksForPassword(port: number, timeoutMs = 3_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    // 'R' is an authentication request; 'E' an error, such as "the database system is starting up".
    socket.once('data', (chunk) => settle(chunk[0] === 0x52));
    socket.write(startupMessage('zavhoz'));
  });
}

// Protocol 3.0: length, version, then name and value pairs, each ended by a zero byte.
function startupMessage(user: string): Buffer {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${user}\0\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}
