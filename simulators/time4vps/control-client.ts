import type { Fault, FaultSpec } from './faults.ts';
import type { NewServer } from './fleet.ts';
import type { MachineMeta, Mishap } from './machines.ts';
import type { CallRecord } from './records.ts';
import type { TaskSettings } from './tasks.ts';

export type ControlledServer = MachineMeta & { readonly id: number; readonly ip: string };

/** Drives a simulator in another process through its control address. */
export interface SimControl {
  addServer(options?: NewServer): Promise<ControlledServer & { password: string }>;
  removeServer(id: number, options?: { keepMachine?: boolean }): Promise<void>;
  servers(): Promise<ControlledServer[]>;
  /** Something happens to a machine without its provider. */
  mishap(id: number, what: Mishap): Promise<void>;
  snapshot(id: number): Promise<{ image: string }>;
  setFault(spec: FaultSpec): Promise<Fault>;
  clearFaults(id?: number): Promise<void>;
  faults(): Promise<Fault[]>;
  records(since?: number): Promise<CallRecord[]>;
  clearRecords(): Promise<void>;
  settings(change?: Partial<TaskSettings>): Promise<TaskSettings>;
}

const DEADLINE_MS = 600_000; // a first server may have to wait for its image

export function createSimControl({
  controlUrl,
  token,
  signal,
}: {
  controlUrl: string;
  token: string;
  signal?: AbortSignal;
}): SimControl {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    const response = await fetch(`${controlUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`simulator: ${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    addServer: (options = {}) => call('POST', '/servers', options),
    removeServer: (id, { keepMachine = false } = {}) =>
      call('DELETE', `/servers/${id}${keepMachine ? '?keep_machine' : ''}`),
    servers: () => call('GET', '/servers'),
    mishap: (id, what) => call('POST', `/servers/${id}/${what}`),
    snapshot: (id) => call('POST', `/servers/${id}/snapshot`),
    setFault: (spec) => call('POST', '/faults', spec),
    clearFaults: (id) => call('DELETE', id === undefined ? '/faults' : `/faults/${id}`),
    faults: () => call('GET', '/faults'),
    records: (since = 0) => call('GET', `/records?since=${since}`),
    clearRecords: () => call('DELETE', '/records'),
    settings: (change) =>
      change === undefined ? call('GET', '/settings') : call('PATCH', '/settings', change),
  };
}
