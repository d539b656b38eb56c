import type { Settings } from '#config/settings.ts';

/** Answered from nearly everywhere for as long as anything is. */
const EVERYWHERE = ['gateway', 'tcp://1.1.1.1:53', 'tcp://8.8.8.8:53'];

/** Who is asked whether we are online: what was set, or whom the agent depends on and the rest. */
export function witnessNames(settings: Settings): readonly string[] {
  if (settings.WITNESSES.length > 0) return settings.WITNESSES;
  const api = settings.TIME4VPS_LOGIN === undefined ? [] : [settings.TIME4VPS_BASE_URL];
  const ours = [...api, settings.TELEGRAM_API_ROOT].map(hostOf);
  return [...new Set([...ours, ...EVERYWHERE])];
}

function hostOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `tcp://${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}
