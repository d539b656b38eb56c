import { createHash } from 'node:crypto';
import type { OperationCommand, OperationKind } from '#domain/operation.ts';

const ACCEPTED: Readonly<Record<Exclude<OperationKind, 'rebuild'>, string>> = {
  provision: 'Provisioning accepted',
  recover: 'Recovery accepted',
  reboot: 'Reboot accepted',
  deploy: 'Deployment accepted',
};

/** What the first event of its operation says. */
export function textOf(command: OperationCommand): string {
  const text =
    command.kind === 'rebuild' ? `Rebuild (${command.mode}) accepted` : ACCEPTED[command.kind];
  return command.delaySeconds ? `${text}: it starts in ${command.delaySeconds} s` : text;
}

/** The request apart from who made it: a repeat may come over another channel. */
export function hashOf(command: OperationCommand): string {
  const mode = command.kind === 'rebuild' ? command.mode : null;
  const incident = command.kind === 'recover' ? [command.incidentId] : [];
  const delay = command.delaySeconds ? [command.delaySeconds] : [];
  return createHash('sha256')
    .update(JSON.stringify([command.kind, mode, command.target, ...incident, ...delay]))
    .digest('hex');
}
