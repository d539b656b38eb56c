import { Client } from 'ssh2';

/** One login by password with a real client: what ran, or why it was refused. For tests. */
export function trySsh(
  { host, password, timeoutMs = 15_000 }: { host: string; password: string; timeoutMs?: number },
  command: string,
): Promise<{ hostKey: string; output: string } | { hostKey: string; refused: string }> {
  return new Promise((resolve) => {
    const client = new Client();
    let hostKey = '';
    const end = (result: { output: string } | { refused: string }) => {
      client.end();
      resolve({ hostKey, ...result });
    };
    client
      .on('ready', () => {
        client.exec(command, (error, channel) => {
          if (error) return end({ refused: error.message });
          let output = '';
          channel.on('data', (chunk: Buffer) => {
            output += chunk.toString();
          });
          channel.stderr.resume();
          channel.on('close', () => end({ output: output.trim() }));
        });
      })
      .on('error', (error) => end({ refused: error.message }))
      .connect({
        ...{ host, username: 'root', password, readyTimeout: timeoutMs },
        hostVerifier: (key: Buffer) => {
          hostKey = key.toString('base64');
          return true;
        },
      });
  });
}
