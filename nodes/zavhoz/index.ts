import { OpsError, toOpsError } from '#domain/errors.ts';
import type { OperationKind } from '#domain/operation.ts';
import { assertChangeable, assertInService, nothingToDeploy } from '#domain/policy.ts';
import type { OperationRepository, ServerRepository } from '#domain/repositories.ts';
import type { OpsState } from '#domain/state.ts';

export interface ZavhozDeps {
  readonly operations: OperationRepository;
  readonly servers: ServerRepository;
}

const ROUTES: Readonly<Record<Exclude<OperationKind, 'deploy'>, 'provisioner' | 'recovery'>> = {
  provision: 'provisioner',
  rebuild: 'provisioner',
  recover: 'recovery',
  reboot: 'recovery',
};

/**
 * Intake, inventory, policy, routing: reads what was ordered and what is so now, and decides where
 * the thread goes. It changes nothing. What was legal when the order was accepted is judged again,
 * since care, hands_off or a newer order may have come in between.
 */
export const createZavhoz =
  ({ operations, servers }: ZavhozDeps) =>
  async (state: OpsState): Promise<Partial<OpsState>> => {
    try {
      const operation = await operations.require(state.operation_id);
      const server = await servers.require(operation.serverHandle);
      assertChangeable(server);
      if (server.episode !== operation.episode) {
        throw new OpsError('superseded', 'A newer order took the place of this one.');
      }
      if (operation.kind === 'reboot') assertInService('reboot', server);
      if (operation.kind === 'deploy') throw nothingToDeploy(server.handle);
      const route = ROUTES[operation.kind];
      return { server_to_provision: server.handle, route, failure: null };
    } catch (error) {
      const known = toOpsError(error);
      if (known.code === 'storage_unavailable') throw known;
      return {
        route: 'end',
        failure: {
          step: null,
          code: known.code,
          message: known.message,
          hint: known.hint ?? null,
          retryable: false,
        },
      };
    }
  };
