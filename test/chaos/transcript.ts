import type { World } from './world.ts';

/**
 * All that the simulators wrote down, one line each in the order of virtual time: what SSH saw, what
 * the providers were asked, which playbooks ran, what Telegram took. Addresses and the port, which
 * differ from world to world, stand as names.
 */
export function transcript({ fleet, servers, accounts, telegram, playbooks }: World): string[] {
  const names = new Map(servers.map(({ address, handle }) => [address, handle]));
  const plain = (text: string) =>
    text
      .replace(/\b127(?:\.\d{1,3}){3}\b/g, (address) => names.get(address) ?? address)
      .replaceAll(String(fleet.port), 'PORT');
  const lines: { readonly at: number; readonly text: string }[] = [
    ...fleet.records.list().map(({ at, address, what, text }) => ({
      at,
      text: `ssh ${address} ${what} ${text}`,
    })),
    ...accounts.flatMap(({ name, sim }) =>
      sim.records().map(({ at, method, action, serverId, outcome }) => ({
        at: Date.parse(at),
        text: `${name} ${method} ${action} ${serverId} ${outcome}`,
      })),
    ),
    ...playbooks.records.map(({ from, until, address, playbook }) => ({
      at: from,
      text: `playbook ${playbook} ${address} ${until - from}`,
    })),
    ...telegram.messages.map(({ at, chat, text }) => ({ at, text: `telegram ${chat} ${text}` })),
  ];
  return lines.map(({ at, text }) => `${new Date(at).toISOString()} ${plain(text)}`).sort();
}
