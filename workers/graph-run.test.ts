import { beforeEach, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { RunEnd } from '#domain/graph-run.ts';
import type { Operation } from '#domain/operation.ts';
import { createGraphRun, type GraphRunDeps } from './graph-run.ts';

const HOUR = 3600;
let operation: Operation;
let calls: string[];
let notes: { kind: string; dedupeKey: string }[];
let leaseFree: boolean;
let approval: { status: string } | null;
let budget: number;
let end: RunEnd | OpsError;
let asked: { id: string; status: string; purpose: string }[];
let now: Date;
let frozenAt: Date | null;

const run = () => {
  const deps = {
    operations: {
      find: async () => operation,
      require: async () => operation,
      take: async (_: string, fence: number, version: string, seconds: number) => {
        calls.push('take');
        budget = seconds;
        operation = {
          ...operation,
          status: 'running',
          fence,
          graphVersion: operation.graphVersion ?? version,
        };
        return operation;
      },
      park: async () => void calls.push('park'),
      adoptVersion: async () => void calls.push('adopt'),
      finish: async (_: unknown, { status }: { status: Operation['status'] }) => {
        calls.push(`finish ${status}`);
        return { ...operation, status };
      },
      finishUntaken: async (_: string, status: string) => {
        calls.push(`untaken ${status}`);
        return true;
      },
    },
    inputs: {
      find: async () => asked[0] ?? null,
      latest: async (_: string, __: string, purpose: string) =>
        asked.find((a) => a.purpose === purpose) ?? null,
      ask: async (_: unknown, __: string, ___: string, request: { purpose: string }) => {
        asked.push({ id: 'i1', status: 'open', purpose: request.purpose });
        return asked[0];
      },
    },
    approvals: { find: async () => approval },
    fleet: { state: async () => ({ frozenAt, frozenBy: 'tg:1' }) },
    incidents: { find: async () => null },
    outbox: { enqueue: async (note: { kind: string; dedupeKey: string }) => void notes.push(note) },
    leases: {
      take: async () =>
        leaseFree
          ? {
              resource: 'server:s',
              fence: operation.fence + 1,
              signal: new AbortController().signal,
              release: async () => void calls.push('release'),
            }
          : null,
    },
    runner: {
      version: 'v2',
      run: async () => {
        calls.push('run');
        if (end instanceof OpsError) throw end;
        return end;
      },
      forget: async () => void calls.push('forget'),
    },
    clock: { now: () => now, sleep: () => new Promise(() => {}) },
    log: { debug() {}, info() {}, warn() {}, error() {}, child: () => deps.log },
    metrics: { count() {}, observe() {}, gauge() {} },
    settings: {
      budgetSeconds: 3000,
      recoverBudgetSeconds: 86_400,
      intentMaxAgeSeconds: HOUR,
      inputTtlSeconds: HOUR,
    },
    gate: async () => {},
    stopping: new AbortController().signal,
  } as unknown as GraphRunDeps;
  return createGraphRun(deps)({ operationId: 'o' });
};

beforeEach(() => {
  calls = [];
  notes = [];
  asked = [];
  leaseFree = true;
  approval = null;
  budget = 0;
  frozenAt = null;
  now = new Date('2026-01-01T12:00:00Z');
  end = { kind: 'ended', status: 'succeeded', attempt: 1, error: null, notification: null };
  operation = {
    id: 'o',
    kind: 'rebuild',
    mode: 'reset',
    serverId: 's',
    serverHandle: 'vps-1',
    status: 'queued',
    stopRequested: null,
    fence: 0,
    graphVersion: null,
    unattendedSeconds: 0,
    wakeAt: null,
    inputRequestId: null,
    approvalId: null,
    incidentId: null,
    deadlineAt: null,
    createdAt: now,
    startedAt: null,
    requestedBy: 'ann',
  } as unknown as Operation;
});

describe('graph.run', () => {
  it('takes, runs, writes down the end, drops the checkpoints, lets go', async () => {
    await run();
    expect(calls).toEqual(['take', 'run', 'finish succeeded', 'forget', 'release']);
    expect(notes.map(({ dedupeKey }) => dedupeKey)).toEqual(['o:started']);
  });

  it('leaves an operation alone whose server somebody else holds', async () => {
    leaseFree = false;
    await run();
    expect(calls).toEqual([]);
  });

  it('begins nothing that was ordered before a freeze, but ends what is to be stopped', async () => {
    frozenAt = now;
    await run();
    expect(calls).toEqual([]);
    operation = { ...operation, stopRequested: 'cancel' };
    await run();
    expect(calls).toEqual(['untaken cancelled']);
    operation = { ...operation, stopRequested: null, createdAt: new Date(now.getTime() + 1) };
    await run();
    expect(calls).toContain('run');
  });

  it('does not act on an order that lay unattended for longer than its greatest age', async () => {
    operation = { ...operation, unattendedSeconds: HOUR + 1 };
    await run();
    expect(calls).toEqual(['untaken expired']);
    expect(notes.map(({ kind }) => kind)).toEqual(['operation_expired']);
  });

  it('still acts on one that merely waited its turn', async () => {
    operation = { ...operation, unattendedSeconds: HOUR - 1, createdAt: new Date(0) };
    await run();
    expect(calls).toContain('run');
  });

  it.each([
    ['cancel', 'cancelled'],
    ['supersede', 'superseded'],
  ] as const)('ends one that was stopped (%s) before it began', async (stopRequested, status) => {
    operation = { ...operation, stopRequested };
    await run();
    expect(calls).toEqual([`untaken ${status}`]);
  });

  it('does not resume early what waits for a time or for an answer', async () => {
    const waiting = { ...operation, status: 'waiting' as const, fence: 3 };
    operation = { ...waiting, wakeAt: new Date(now.getTime() + 1000) };
    await run();
    operation = { ...waiting, inputRequestId: 'i1' };
    asked = [{ id: 'i1', status: 'open', purpose: 'x' }];
    await run();
    expect(calls).toEqual([]);
    asked = [{ id: 'i1', status: 'answered', purpose: 'x' }];
    await run();
    expect(calls).toContain('run');
  });

  it('leaves a recovery alone while its question is open, and looks again when its time comes', async () => {
    const later = new Date(now.getTime() + 60_000);
    operation = {
      ...{ ...operation, kind: 'recover', mode: null, status: 'waiting', fence: 3 },
      ...{ approvalId: 'a1', wakeAt: later },
    };
    approval = { status: 'open' };
    await run();
    expect(calls).toEqual([]);
    now = later;
    await run();
    expect(calls).toContain('run');
    expect(budget).toBe(86_400);
    expect(notes).toEqual([]);
  });

  it.each(['approved', 'denied', 'expired', 'voided'])('goes on once it is %s', async (status) => {
    operation = { ...operation, kind: 'recover', status: 'waiting', fence: 3, approvalId: 'a1' };
    approval = { status };
    await run();
    expect(calls).toContain('run');
  });

  it('parks what waits', async () => {
    end = { kind: 'parked', wakeAt: now, inputRequestId: null, approvalId: null };
    await run();
    expect(calls).toEqual(['take', 'run', 'park', 'release']);
  });

  it('leaves the row for the sweeper when the run is cut short, and lets go of the lease', async () => {
    end = new OpsError('storage_unavailable', 'gone');
    await expect(run()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(calls).toEqual(['take', 'run', 'release']);
  });

  it('ends what cannot go on once its time is over', async () => {
    operation = { ...operation, deadlineAt: new Date(now.getTime() - 1) };
    end = new OpsError('internal', 'the checkpoint cannot be read');
    await run();
    expect(calls).toEqual(['take', 'run', 'finish failed', 'release']);
  });

  it('asks a human before it runs a thread that another list of steps began', async () => {
    operation = { ...operation, status: 'running', fence: 2, graphVersion: 'v1' };
    await run();
    expect(calls).toEqual(['take', 'park', 'release']);
    expect(notes.map(({ kind }) => kind)).toEqual(['input_needed']);

    calls = [];
    asked = asked.map((request) => ({ ...request, status: 'answered' }));
    await run();
    expect(calls).toEqual([
      'take',
      'forget',
      'adopt',
      'run',
      'finish succeeded',
      'forget',
      'release',
    ]);

    calls = [];
    asked = asked.map((request) => ({ ...request, status: 'cancelled' }));
    operation = { ...operation, status: 'running' };
    await run();
    expect(calls).toEqual(['take', 'finish failed', 'release']);
  });
});
