import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAdoptedServer, anIncident, aRecovery } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());

const resolve = (id: string) =>
  all.incidents.update(id, { status: 'resolved', closeReason: 'It answers' }, 'tg:1');
const server = async (handle: string) => {
  const { status, statusBefore } = await all.servers.require(handle);
  return [status, statusBefore];
};
describe('a recovery', () => {
  const finish = (take: { operationId: string; fence: number }, status: 'succeeded' | 'failed') =>
    all.operations.finish(take, { status, error: null, notification: null });

  it('leaves the server in its status and is known to its incident', async () => {
    const { operation, incident, server: broken } = await aRecovery(all, { status: 'in_use' });
    expect(operation).toMatchObject({ kind: 'recover', incidentId: incident.id, episode: 0 });
    expect(await server(broken.handle)).toEqual(['error', 'in_use']);
    expect(await all.incidents.find(incident.id)).toMatchObject({ operationId: operation.id });
  });

  it.each(['ready', 'in_use'] as const)('that succeeds leads back to %s', async (status) => {
    const { take, incident, server: broken } = await aRecovery(all, { status });
    await resolve(incident.id);
    await finish(take, 'succeeded');
    expect(await server(broken.handle)).toEqual([status, null]);
  });

  it('that provisions counts attempts in an episode of its own and leads back too', async () => {
    const { take, incident, server: broken } = await aRecovery(all, { status: 'in_use' });
    expect(await all.operations.claimAttempt(take, 1, 2)).toMatchObject({ episode: 1, attempt: 1 });
    expect((await server(broken.handle))[0]).toBe('provisioning');
    await all.operations.claimAttempt(take, 1, 2);
    await all.operations.claimAttempt(take, 2, 2);
    expect(await all.servers.require(broken.handle)).toMatchObject({
      ...{ episode: 1, provisioningAttempts: 2 },
    });
    await expect(all.operations.claimAttempt(take, 3, 2)).rejects.toMatchObject({
      code: 'attempts_exhausted',
    });
    await resolve(incident.id);
    expect(await finish(take, 'succeeded')).toMatchObject({ status: 'succeeded' });
    expect(await server(broken.handle)).toEqual(['in_use', null]);
  });

  it('that only observed leaves the error to whoever resolves the incident', async () => {
    const { take, incident, server: broken } = await aRecovery(all, { status: 'in_use' });
    await finish(take, 'succeeded');
    expect(await server(broken.handle)).toEqual(['error', 'in_use']);
    await all.incidents.resolve(broken.handle, ['server_unreachable'], 'By itself');
    expect(await all.incidents.find(incident.id)).toMatchObject({ status: 'resolved' });
    expect(await server(broken.handle)).toEqual(['in_use', null]);
  });

  it('that fails leaves the error, and the server out of use', async () => {
    const { take, incident, server: broken } = await aRecovery(all);
    await all.incidents.update(incident.id, { status: 'failed' }, 'agent');
    await finish(take, 'failed');
    expect((await server(broken.handle))[0]).toBe('error');
  });

  it('that failed while provisioning is for a human: it does not come back by itself', async () => {
    const { take, incident, server: broken } = await aRecovery(all, { status: 'in_use' });
    await all.operations.claimAttempt(take, 1, 3);
    await all.incidents.update(incident.id, { status: 'failed' }, 'agent');
    await finish(take, 'failed');
    await all.incidents.resolve(broken.handle, ['server_unreachable'], 'It answers again');
    expect((await server(broken.handle))[0]).toBe('error');
  });

  it('does not touch a server that left the error by itself', async () => {
    const { take, server: broken } = await aRecovery(all);
    await all.servers.transition(broken.handle, 'in_use', 'human', 'tg:1');
    await finish(take, 'failed');
    expect((await server(broken.handle))[0]).toBe('in_use');
  });

  it('needs an open incident of that server', async () => {
    const [{ incident }, other] = [await anIncident(all), await anAdoptedServer(all)];
    const accept = (target: string, incidentId: string) =>
      all.operations.accept(
        { kind: 'recover', by: 'agent:health', key: crypto.randomUUID(), target, incidentId },
        () => ({ verdict: 'accept', supersede: null }),
      );
    await expect(accept(other.handle, incident.id)).rejects.toMatchObject({ code: 'not_found' });
    await resolve(incident.id);
    await expect(accept(incident.serverHandle, incident.id)).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});
