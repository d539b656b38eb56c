import ssh2 from 'ssh2';

export interface HostKeyPair {
  readonly type: string;
  readonly key: string;
  readonly privateKey: string;
}

/** Host keys are dear to make and dearer to have: a few, shared by all hosts. */
export function createHostKeys(count: number): (index: number) => HostKeyPair {
  const pairs = Array.from({ length: count }, newPair);
  return (index) => pairs[index % count] as HostKeyPair;
}

/** Now and then the library makes a key that it cannot read itself: then another one. */
function newPair(): HostKeyPair {
  for (let tries = 0; tries < 20; tries++) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (ssh2.utils.parseKey(pair.private) instanceof Error) continue;
    const [type = '', key = ''] = pair.public.split(' ');
    return { type, key, privateKey: pair.private };
  }
  throw new Error('ssh2 made no usable host key');
}
