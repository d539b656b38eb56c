import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReading } from './parse-reading.ts';

const SENT = 1_700_000_000_000;
const exchange = { sentAt: SENT, receivedAt: SENT + 400 };
const LINES = [
  'zavhoz-health 1',
  'uid=0',
  'ssh=active',
  'dockerd=active',
  'docker=0',
  'disk=1000 400 300 100 75 /',
  'disk=1000 1000 1000 0 0 /srv/with space',
  'mem=8000000 2000000',
  'load=1.50',
  'cpus=0-3,6',
  'fw=0',
  'guard=yes',
  'reboot=no',
  'sync=yes',
  'boot=6df6841b-134b-4f74-8f83-9536ed167cd1.25',
  'up=1000.10 1000.30',
  `now=${SENT + 300 + 7000}`,
  'end 1',
  '',
];
const text = LINES.join('\n');
const withLine = (line: string) => {
  const key = `${line.split('=')[0]}=`;
  return LINES.map((one) => (one.startsWith(key) ? line : one)).join('\n');
};
const parse = (output: string) => parseReading(output, exchange);

describe('parseReading', () => {
  it('reads a whole answer', () => {
    expect(parse(text)).toEqual({
      sshUnit: 'active',
      docker: 'answers',
      dockerUnit: 'active',
      disks: [
        { path: '/', spacePercent: 66, inodePercent: 25 },
        { path: '/srv/with space', spacePercent: 0, inodePercent: 0 },
      ],
      memory: { usedPercent: 75, totalMiB: 7812 },
      load: { five: 1.5, cores: 5 },
      firewall: 'active',
      publishedPortsGuarded: true,
      rebootRequired: false,
      clock: { synchronised: true, offsetMs: 7000 },
      bootId: '6df6841b-134b-4f74-8f83-9536ed167cd1.25',
      uptimeSeconds: 1000,
    });
  });

  it('takes nothing from a shell that talks before, and hears nothing after the end', () => {
    const noisy = `Welcome!\nssh=failed\nend 1\n${text}ssh=failed\nbye`;
    expect(parse(noisy)).toEqual(parse(text));
  });

  it('refuses an answer that was cut anywhere, or that is no answer', () => {
    for (let length = 0; length < text.indexOf('end 1') + 5; length += 7) {
      expect(parse(text.slice(0, length))).toBeNull();
    }
    for (const other of ['', 'sh: not found\n', text.replace('health 1', 'health 2')]) {
      expect(parse(other)).toBeNull();
    }
  });

  it('tells a silent Docker from one that only root may ask', () => {
    const as = (uid: number, docker: string, unit: string) =>
      parse(
        [`uid=${uid}`, `docker=${docker}`, `dockerd=${unit}`].reduce(
          (all, line) => all.replace(new RegExp(`^${line.split('=')[0]}=.*$`, 'm'), line),
          text,
        ),
      )?.docker;
    expect(as(0, '1', 'active')).toBe('silent');
    expect(as(1000, '1', 'active')).toBe('forbidden');
    expect(as(1000, 'denied', 'active')).toBe('forbidden');
    expect(as(1000, 'denied', 'inactive')).toBe('silent');
    expect(as(1000, '137', 'active')).toBe('silent');
    expect(as(1000, 'absent', 'inactive')).toBe('absent');
    expect(as(0, '', 'active')).toBeNull();
  });

  it('tells a firewall that is off from one that could not be looked at', () => {
    const seen = (value: string) => parse(withLine(`fw=${value}`))?.firewall;
    expect(['0', '1', 'absent', 'denied', '4', '137', ''].map(seen)).toEqual([
      'active',
      'inactive',
      'absent',
      'forbidden',
      null,
      null,
      null,
    ]);
  });

  it('does not blame the host for the time its own programs took', () => {
    const slow = { sentAt: SENT, receivedAt: SENT + 2400 };
    const answer = withLine('up=1000.10 1002.10').replace(/now=\d+/, `now=${SENT + 2200}`);
    expect(parseReading(answer, slow)?.clock.offsetMs).toBe(0);
  });

  it('leaves out what makes no sense and keeps the rest', () => {
    const odd = {
      'disk=1 2 3': { disks: [] },
      'mem=0 0': { memory: null },
      'mem=10 20': { memory: null },
      'load=-1': { load: null },
      'cpus=': { load: null },
      'cpus=9-3': { load: null },
      'reboot=perhaps': { rebootRequired: null },
      'sync=': { clock: { synchronised: null, offsetMs: 7000 } },
      'now=1700000000%3N': { clock: { synchronised: true, offsetMs: null } },
      'up=1': { uptimeSeconds: null },
      'boot=x': { bootId: null },
      'ssh=<b>evil</b>': { sshUnit: null },
    };
    for (const [line, seen] of Object.entries(odd)) {
      expect(parse(withLine(line)), line).toMatchObject(seen);
    }
  });

  it('never throws, whatever a host says', () => {
    const noise = fc.oneof(fc.string(), fc.constantFrom(...LINES));
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 20 }), (lines) => {
        parse(`zavhoz-health 1\n${lines.join('\n')}\nend 1\n`);
        parse(lines.join('\n'));
      }),
    );
  });
});
