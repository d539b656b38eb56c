import ssh2 from 'ssh2';

export interface HostKeyPair {
  readonly type: string;
  readonly key: string;
  readonly privateKey: string;
}

/** Host keys are dear to make and dearer to have: a few, shared by all hosts. */
export function createHostKeys(count: number): (index: number) => HostKeyPair {
  const pairs = Array.from({ length: count }, () => {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    const [type = '', key = ''] = pair.public.split(' ');
    return { type, key, privateKey: pair.private };
  });
  return (index) => pairs[index % count] as HostKeyPair;
}
