import type { MemoryStage } from './memory-stage.ts';
import { ADMIN } from './stage.ts';

export interface WireOperation {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly attempt: number;
  readonly current_step: string | null;
  readonly input_request_id: string | null;
  readonly error: { readonly code: string; readonly message: string; readonly step: string } | null;
}
export interface WireInput {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly question: string;
}
interface WireIncident {
  readonly incident_type: string;
  readonly status: string;
}
interface Items<T> {
  readonly items: readonly T[];
}

/** What the fault tests ask of a stage again and again. */
export const createDesk = (stage: MemoryStage) => {
  const { call, until, sim } = stage;
  const desk = {
    async statusOf(handle: string): Promise<string | null> {
      const { status, body } = await call<{ status: string }>('GET', `/api/servers/${handle}`);
      return status === 200 ? body.status : null;
    },
    becomes: (handle: string, status: string, seconds = 180) =>
      until(
        `${handle} to be ${status}`,
        seconds,
        async () => (await desk.statusOf(handle)) === status,
      ),
    /** A server bought now; the sync finds it, and prepares it when it is on the list. */
    async buy(id: number): Promise<{ handle: string; ip: string; password: string }> {
      const { ip, password } = await sim.addServer({ id });
      return { handle: `vps-${id}`, ip, password };
    },
    async ready(id: number) {
      const bought = await desk.buy(id);
      await desk.becomes(bought.handle, 'ready');
      return bought;
    },
    /** Newest first. */
    async operations(handle: string): Promise<readonly WireOperation[]> {
      const path = `/api/servers/${handle}/operations`;
      const { status, body } = await call<Items<WireOperation>>('GET', path);
      return status === 200 ? body.items : []; // the sync has not found it yet
    },
    async last(handle: string): Promise<WireOperation> {
      const [operation] = await desk.operations(handle);
      if (operation === undefined) throw new Error(`nothing was ordered for ${handle}`);
      return operation;
    },
    async incidents(handle: string): Promise<readonly WireIncident[]> {
      const path = `/api/servers/${handle}/incidents`;
      return (await call<Items<WireIncident>>('GET', path)).body.items;
    },
    rebuild: (handle: string, rebuild: 'reinstall' | 'reset' = 'reinstall') =>
      call<{ operation: WireOperation; outcome: string; message: string; code: string }>(
        'PATCH',
        `/api/servers/${handle}`,
        { status: 'force_rebuild', rebuild },
      ),
    question: (handle: string, seconds = 60): Promise<WireInput> =>
      until(`a question about ${handle}`, seconds, async () => {
        const found = (await desk.operations(handle))[0]?.input_request_id;
        if (!found) return null;
        const { body } = await call<WireInput>('GET', `/api/input-requests/${found}`);
        return body.status === 'open' ? body : null;
      }),
    /** How often the provider was asked to do this to the server. */
    asked: (id: number, action: 'reset_password' | 'reinstall') =>
      sim.records().filter((r) => r.method === 'POST' && r.serverId === id && r.action === action)
        .length,
    told: (text: string) =>
      until(`the message "${text}"`, 20, async () =>
        stage.telegram.screen(ADMIN).some((message) => message.text.includes(text)),
      ),
  };
  return desk;
};
