import { connect } from 'node:net';

/**
 * Sends AUTH and one command to a Redis on 127.0.0.1 and returns the answer to the latter.
 * Three commands in a process that must stay small do not justify a client library.
 * @throws Error on an error answer (its text begins with Redis's code), no connection, or 3 s of silence
 */
export function askRedis(port: number, password: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let received = '';
    const settle = (error: Error | null) => {
      socket.destroy();
      if (error) reject(error);
    };
    socket.setTimeout(3_000, () => settle(new Error('Redis does not answer.')));
    socket.once('error', settle);
    socket.once('close', () => settle(new Error('Redis closed the connection.')));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const [first, second] = parseReplies(received);
      if (first?.startsWith('-')) settle(new Error(first.slice(1)));
      else if (second?.startsWith('-')) settle(new Error(second.slice(1)));
      else if (second !== undefined) {
        resolve(second.slice(1));
        settle(null);
      }
    });
    socket.write(encode(['AUTH', password]) + encode(command.split(' ')));
  });
}

const encode = (words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

/** Splits simple, error and bulk replies; each keeps its type sign. Incomplete ones are left out. */
export function parseReplies(received: string): string[] {
  const replies: string[] = [];
  let rest = received;
  for (;;) {
    const end = rest.indexOf('\r\n');
    if (end < 0) return replies;
    const line = rest.slice(0, end);
    if (line.startsWith('$')) {
      const length = Number(line.slice(1));
      if (rest.length < end + 2 + length + 2) return replies;
      replies.push(`$${rest.slice(end + 2, end + 2 + length)}`);
      rest = rest.slice(end + 2 + length + 2);
    } else {
      replies.push(line);
      rest = rest.slice(end + 2);
    }
  }
}
