import { isIP } from 'node:net';
import { toOpsError } from '#domain/errors.ts';
import type { SshTarget } from '#domain/remote.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';

const COMMAND_MS = 10_000;
/** An upgrade that began with access may be starting sshd anew. */
const TRIES = 3;
const BETWEEN_MS = 1000;

/**
 * The agent's addresses as the server sees them, for fail2ban's `ignoreip`: the configured ones, or
 * the first word of SSH_CONNECTION. None known is no reason to fail: fail2ban then merely might ban.
 */
export async function ownAddresses(
  target: SshTarget,
  signal: AbortSignal,
  { ssh, hostSettings, clock, log }: ToolDeps,
): Promise<readonly string[]> {
  if (hostSettings.agentAddresses.length > 0) return hostSettings.agentAddresses;
  for (let tried = 1; ; tried++) {
    try {
      // Without become: sudo would drop the variable.
      const plain = { ...target, become: 'none' as const };
      const answer = await ssh.run(plain, ['printenv', 'SSH_CONNECTION'], {
        timeoutMs: COMMAND_MS,
        signal,
      });
      const [address] = answer.stdout.trim().split(/\s+/);
      return address !== undefined && isIP(address) !== 0 ? [address] : [];
    } catch (error) {
      signal.throwIfAborted();
      if (tried < TRIES) {
        await clock.sleep(BETWEEN_MS, signal);
        continue;
      }
      const reason = toOpsError(error).message;
      log.warn({ server: target.handle, error: reason }, 'own address not found');
      return [];
    }
  }
}
