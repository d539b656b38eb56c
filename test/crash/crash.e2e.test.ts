import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeRealHosts } from '../support/real-hosts.ts';
import { inOrder, type KillPoint, STEPS } from './kill-points.ts';
import { createLane, type Kill, type Lane } from './lane.ts';
import { table } from './table.ts';

const at = (point: KillPoint['point'], ...steps: string[]): KillPoint[] =>
  steps.map((step) => ({ step, point }));

describeRealHosts('kill -9 of the whole agent', () => {
  let bare: Lane;
  /** A host that has all packages already, open to a password as a new one is. */
  let image: string | null = null;
  const kills: Kill[] = [];

  beforeAll(async () => {
    bare = await createLane({
      name: 'bare',
      asks: ['reset-password'],
      points: inOrder([
        ...at('before', 'probe-access', 'verify-from-outside'),
        ...at('called', 'reset-password'),
        ...at('during', 'open-access', 'install-software'),
        ...at('after', 'probe-access', 'mark-ready'),
      ]),
    });
  });
  afterAll(async () => {
    if (kills.length > 0) console.log(table(kills));
    await bare?.remove();
  });

  it('a new bare host: ready in the end, in the midst of apt too', async () => {
    try {
      await bare.run(async () => {
        const { stage } = bare;
        const { sim } = stage;
        const lists = () => sim.records().filter(({ action }) => action === 'list').length;
        // Bought after the first sync: only then it is prepared without a word.
        await stage.until('a second sync', 60, async () => lists() >= 2);
        await sim.addServer();
      });
      await bare.end();
    } finally {
      kills.push(...bare.kills);
    }
    image = await preparedImage(bare);
  });

  it('a rebuild: before, within and after each step of the list', async () => {
    const prepared = image;
    if (prepared === null) throw new Error('the bare host did not become an image');
    const lanes = [
      await createLane({
        name: 'before',
        asks: ['reinstall', 'reset-password'],
        points: inOrder([
          ...at('before', ...STEPS),
          ...at('call', 'reinstall', 'reset-password'),
          ...at('during', 'open-access', 'install-software'),
        ]),
      }),
      await createLane({
        name: 'after',
        asks: ['reinstall', 'reset-password'],
        points: inOrder([...at('after', ...STEPS), ...at('called', 'reinstall', 'reset-password')]),
      }),
    ];
    try {
      const ends = await Promise.allSettled(lanes.map((lane) => rebuild(lane, prepared)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    } finally {
      for (const lane of lanes) kills.push(...lane.kills);
      await Promise.all(lanes.map((lane) => lane.remove()));
    }
    const seen = new Set(kills.map(({ step, point }) => `${step} ${point}`));
    const wanted = STEPS.flatMap((step) => [`${step} before`, `${step} after`]);
    expect(wanted.filter((one) => !seen.has(one))).toEqual([]);
  });
});

async function answers({ stage }: Lane, path: string): Promise<boolean> {
  return (await stage.api('GET', path).catch(() => null))?.status === 200;
}

async function rebuild(lane: Lane, image: string): Promise<void> {
  const { stage } = lane;
  await stage.sim.addServer({ image });
  await lane.run(async () => {
    await stage.until('the server to be known', 60, () => answers(lane, '/api/servers/vps-1001'));
    const order = { status: 'force_rebuild', rebuild: 'reinstall' };
    // The agent may die before it has answered; that the operation goes on shows that it was taken.
    await stage.api('PATCH', '/api/servers/vps-1001', order).catch(() => null);
  });
  await lane.end();
}

/** The bare lane's host as an image: with all packages, and as closed to the agent as a new one. */
async function preparedImage({ stage }: Lane): Promise<string> {
  const { hosts } = stage;
  if (hosts === null) throw new Error('the lane has no real host');
  for (const argv of [
    ['rm', '/root/.ssh/authorized_keys', '/etc/ssh/sshd_config.d/00-zavhoz.conf'],
    // Docker renames folders there, which the layers of an image do not allow.
    ['systemctl', 'stop', 'docker.socket', 'docker.service', 'containerd.service'],
    ['rm', '-r', '/var/lib/docker', '/var/lib/containerd'],
  ]) {
    const { code, stderr } = await hosts.exec('1001', argv);
    expect(code, `${argv.join(' ')}: ${stderr}`).toBe(0);
  }
  return hosts.snapshot('1001');
}
