/**
 * For a role process: calls `handler` once when the supervisor is gone, however it ended, as then
 * nobody restarts, drains or stops this process any more. Nothing happens in a process that no
 * supervisor started.
 */
export function onSupervisorGone(handler: () => void): void {
  // undefined: never had a channel; false: lost it before anyone listened.
  if (process.connected === false) handler();
  else if (process.connected) process.once('disconnect', handler);
}
