import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeKey } from '#adapters/keys.ts';
import { createSsh } from '#adapters/ssh/index.ts';
import { createHostProbe } from '#adapters/ssh/pool.ts';
import { judgeReading } from '#domain/health/judge.ts';
import type { HostProbe } from '#domain/health/probes.ts';
import { DEFAULT_EXPECTATIONS } from '#domain/health/report.ts';
import type { SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { quietLog } from '#test/builders/quiet-log.ts';
import { peerCommand } from '#tools/server/peer-probe.ts';
import { createSimFleet, type SimFleet } from './fleet.ts';

const KEY = describeKey(
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString(),
);
const A = '127.93.1.1';
const B = '127.93.2.1';
/** For an answer that comes, and for one that never does. */
const PATIENT = 20_000;
const HASTY = 300;

describe('the simulated fleet, seen by the product', () => {
  let fleet: SimFleet;
  let hosts: HostProbe;
  const log = quietLog();
  const ssh = createSsh({ log });
  const signal = new AbortController().signal;

  beforeAll(async () => {
    fleet = createSimFleet();
    for (const address of [A, B]) {
      fleet.add(address, { id: address, authorizedKeys: [KEY.publicKey] });
    }
    await fleet.start();
  });
  afterAll(() => fleet.close());
  beforeEach(async () => {
    await hosts?.close();
    hosts = createHostProbe({
      ...{ log, clock: { now: () => new Date() }, limits: { handshakesPerSecond: 1000 } },
    });
    for (const address of [A, B]) {
      fleet.authorize(address, KEY.publicKey);
      await fleet.mend(address);
    }
  });

  const target = (address: string, changes: Partial<SshTarget> = {}): SshTarget => ({
    ...{ handle: address, host: address, port: fleet.port, user: 'root' },
    auth: { kind: 'key', privateKey: KEY.privateKey },
    ...{ become: 'none', becomePassword: null, hostKeys: [fleet.at(address).hostKey], jump: null },
    ...changes,
  });
  const check = (address: string, fresh = false, deadlineMs = PATIENT) =>
    hosts.check(target(address), { fresh, deadlineMs, signal });
  const states = async (address: string) => {
    const { reading, outcome, message } = await check(address);
    if (reading === null) throw new Error(`${outcome}: ${message}`);
    return judgeReading(reading, DEFAULT_EXPECTATIONS);
  };

  it('a healthy host answers as the check script does, over one login', async () => {
    const before = { ...fleet.records.of(A) };
    expect((await states(A)).overall).toEqual({ state: 'ok', reason: 'all well' });
    const { reading } = await check(A);
    expect(reading?.bootId).toBe(fleet.at(A).bootId);
    const now = fleet.records.of(A);
    expect([now.logins - before.logins, now.checks - before.checks]).toEqual([1, 2]);
    expect((await check(A, true)).fresh).toBe(true);
    expect(now.logins - before.logins).toBe(2);
  });

  it('what is wrong on it is what is seen', async () => {
    await fleet.change(A, { diskPercent: 97, docker: 'dead' });
    const { disk, docker } = await states(A);
    expect([disk.state, docker.state]).toEqual(['failed', 'failed']);
    await ssh.run(target(A), ['systemctl', 'restart', 'docker'], { timeoutMs: PATIENT, signal });
    expect(fleet.records.list().at(-1)).toMatchObject({ text: 'systemctl restart docker' });
    await fleet.change(A, { garbled: true });
    expect(await check(A)).toMatchObject({ outcome: 'garbled' });
  });

  it('refuses, swallows, hangs up, refuses logins, shows another key: each as itself', async () => {
    await check(A);
    await fleet.change(A, { net: 'swallow' });
    expect((await check(A, false, HASTY)).outcome).toBe('timeout');
    await fleet.change(A, { net: 'refuse' });
    expect((await check(A)).outcome).toBe('refused');
    await fleet.change(A, { net: 'hangup' });
    expect((await check(A)).outcome).toBe('unreachable');
    await fleet.change(A, { net: 'up', logins: 'refused' });
    expect((await check(A)).outcome).toBe('login_refused');
    const other = fleet.keyAt(5);
    const changed = target(A, { hostKeys: [{ type: other.type, key: other.key }] });
    const seen = await hosts.check(changed, { fresh: true, deadlineMs: PATIENT, signal });
    expect(seen.outcome).toBe('host_key_changed');
  });

  it('a dead sshd goes on serving who is inside', async () => {
    await check(A);
    await fleet.change(A, { sshd: 'dead' });
    expect((await check(A)).outcome).toBe('answered');
    expect((await check(A, true)).outcome).toBe('refused');
  });

  it('a reboot is another boot, and heals what a reboot heals', async () => {
    const { bootId } = fleet.at(A);
    await fleet.break(A, { effects: { net: 'swallow' }, healedBy: 'reboot' });
    await fleet.break(A, { effects: { diskPercent: 99 }, healedBy: 'nothing' });
    await fleet.reboot(A, 10);
    const { reading } = await check(A);
    expect(reading?.bootId).not.toBe(bootId);
    expect(reading?.disks[0]?.spacePercent).toBe(99);
  });

  it('a reinstallation leaves another host key and one password', async () => {
    await fleet.wipe(A, 'new#password');
    const byPassword = target(A, {
      auth: { kind: 'password', password: new Secret('new#password') },
    });
    const bounds = { timeoutMs: PATIENT, signal };
    expect((await ssh.probe(target(A), bounds)).outcome).toBe('login_refused');
    expect((await ssh.probe(byPassword, bounds)).outcome).toBe('ok');
  });

  it('a neighbour sees a host that only we do not reach', async () => {
    await fleet.change(B, { path: 'cut' });
    expect((await check(B, true, HASTY)).outcome).toBe('timeout');
    const look = () =>
      ssh.run(target(A), peerCommand(B, fleet.port), { timeoutMs: PATIENT, signal });
    expect((await look()).code).toBe(0);
    await fleet.change(B, { net: 'refuse' });
    expect((await look()).stderr).toMatch(/refused/);
  });
});
