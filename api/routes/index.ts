import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ApiDeps, StreamLimits } from '../deps.ts';
import { approvalRoutes } from './approvals.ts';
import { auditRoutes } from './audit.ts';
import { fleetRoutes } from './fleet.ts';
import { groupRoutes } from './groups.ts';
import { incidentEventRoutes } from './incident-events.ts';
import { incidentRoutes } from './incidents.ts';
import { inputRequestRoutes } from './input-requests.ts';
import { maintenanceRoutes } from './maintenance.ts';
import { operationEventRoutes } from './operation-events.ts';
import { operationRoutes } from './operations.ts';
import { reportRoutes } from './reports.ts';
import { runbookRoutes } from './runbooks.ts';
import { secretPageRoutes } from './secret-page.ts';
import { serverActionRoutes } from './server-actions.ts';
import { serverHealthRoutes } from './server-health.ts';
import { serverOrderRoutes } from './server-orders.ts';
import { serverPatchRoute } from './server-patch.ts';
import { serverRoutes } from './servers.ts';
import { systemRoutes } from './system.ts';
import { telegramRoutes } from './telegram.ts';
import { tokenRoutes } from './tokens.ts';
import { userRoleRoutes } from './user-roles.ts';
import { userRoutes } from './users.ts';

const DEFAULT_LIMITS: StreamLimits = {
  pollMs: 300,
  heartbeatMs: 15_000,
  maxAgeMs: 3_600_000,
  maxStreams: 200,
  maxStreamsPerToken: 50,
};

/** Every route of the API; those of the first list stand under /api. */
export const routes = (deps: ApiDeps) => {
  const limits = { ...DEFAULT_LIMITS, ...deps.streams };
  const underApi: readonly FastifyPluginAsyncZod[] = [
    userRoutes(deps),
    userRoleRoutes(deps),
    serverRoutes(deps),
    serverPatchRoute(deps),
    serverActionRoutes(deps),
    serverOrderRoutes(deps),
    serverHealthRoutes(deps),
    groupRoutes(deps),
    maintenanceRoutes(deps),
    incidentRoutes(deps),
    incidentEventRoutes(deps),
    approvalRoutes(deps),
    fleetRoutes(deps),
    reportRoutes(deps),
    operationRoutes(deps),
    operationEventRoutes({ ...deps, limits }),
    inputRequestRoutes(deps),
    tokenRoutes(deps),
    auditRoutes(deps),
  ];
  return {
    underApi,
    atRoot: [
      systemRoutes(deps),
      runbookRoutes(deps),
      telegramRoutes(deps),
      secretPageRoutes(deps),
    ] as readonly FastifyPluginAsyncZod[],
  };
};
