import { createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2';

/** What happens on a host's SSH port. */
export interface EndpointEvents {
  /** Whether a connection is served, ended at once, or waits for an answer that never comes. */
  greets(): 'serve' | 'hangup' | 'silence';
  /** Whether a credential is taken. */
  admits(credential: { readonly publicKey: string } | { readonly password: string }): boolean;
  methods(): readonly ('publickey' | 'password')[];
  /** What a program says; null: nothing at all. */
  run(command: string): Promise<{ code: number; stdout?: string; stderr?: string } | null>;
  on(what: 'connection' | 'login' | 'refused', text: string): void;
}

export interface Endpoint {
  listen(): Promise<void>;
  /** Connections that stand go on. */
  deafen(): void;
  /** Ends what stands, as a machine that goes down does. */
  hangUp(): void;
  /** What stands falls silent: nothing is read from it, nothing is said. */
  freeze(): void;
  thaw(): void;
  useKey(privateKey: string): void;
  readonly connections: number;
}

/** A real sshd asks no client whether it is still there unless it is told to; ssh2's asks often. */
const UNASKED_MS = 2 ** 30;
const BUSY_MS = 20;
const BUSY_TURNS = 50;

/** One SSH server at one loopback address; a real one, with ssh2's own server behind the socket. */
export function createEndpoint(
  address: string,
  port: number,
  firstKey: string,
  events: EndpointEvents,
): Endpoint {
  const sockets = new Set<Socket>();
  let key = firstKey;
  let ssh: ssh2.Server | null = null;
  let listening = false;
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    events.on('connection', '');
    const greeting = events.greets();
    if (greeting === 'hangup') socket.destroy();
    if (greeting !== 'serve') return;
    ssh ??= new ssh2.Server({ hostKeys: [key], keepaliveInterval: UNASKED_MS }, (client) =>
      serve(client, events),
    );
    ssh.injectSocket(socket);
  });

  return {
    async listen() {
      if (listening) return;
      listening = true;
      for (let turn = 0; ; turn++) {
        try {
          await new Promise<void>((resolve, reject) => {
            listener.once('error', reject);
            listener.listen({ port, host: address, backlog: 64 }, () => {
              listener.off('error', reject);
              resolve();
            });
          });
          return;
        } catch (error) {
          // The port of a moment ago may not be free yet.
          if (turn >= BUSY_TURNS) throw error;
          await wait(BUSY_MS);
        }
      }
    },
    deafen() {
      if (!listening) return;
      listening = false;
      listener.close();
    },
    hangUp() {
      for (const socket of sockets) socket.destroy();
    },
    freeze() {
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      for (const socket of sockets) socket.resume();
    },
    useKey(privateKey) {
      key = privateKey;
      ssh = null;
    },
    get connections() {
      return sockets.size;
    },
  };
}

function serve(client: Connection, events: EndpointEvents): void {
  client.on('error', () => undefined);
  client.on('authentication', (context) => authenticate(context, events));
  client.on('request', (accept, reject) => (accept ? reject?.() : undefined));
  client.on('session', (acceptSession) => {
    const session = acceptSession();
    session.on('exec', (accept, _reject, { command }) => {
      const channel = accept();
      channel.on('error', () => undefined);
      channel.resume();
      void events.run(command).then((answer) => {
        if (answer === null) return;
        if (answer.stderr) channel.stderr.write(answer.stderr);
        if (answer.stdout) channel.write(answer.stdout);
        channel.exit(answer.code);
        channel.end();
      });
    });
  });
}

function authenticate(context: AuthContext, events: EndpointEvents): void {
  if (context.method === 'publickey') {
    const publicKey = `${context.key.algo} ${context.key.data.toString('base64')}`;
    const signed = context.signature === undefined ? null : isSigned(context);
    if (signed !== false && events.admits({ publicKey })) {
      // Without a signature it is only asked whether the key would do.
      if (signed) events.on('login', 'publickey');
      context.accept();
      return;
    }
  } else if (context.method === 'password' && events.admits({ password: context.password })) {
    events.on('login', 'password');
    context.accept();
    return;
  }
  if (context.method !== 'none') events.on('refused', context.method);
  context.reject([...events.methods()]);
}

const parsed = new Map<string, ParsedKey>();

function isSigned(context: Extract<AuthContext, { method: 'publickey' }>): boolean {
  const { blob, signature, hashAlgo, key } = context;
  const name = key.data.toString('base64');
  const known = parsed.get(name) ?? ssh2.utils.parseKey(key.data);
  if (known instanceof Error || Array.isArray(known)) return false;
  parsed.set(name, known);
  if (blob === undefined || signature === undefined) return false;
  return known.verify(blob, signature, hashAlgo) === true;
}
