import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Problem } from './problem.ts';
import { ApprovalWire } from './wire/approval.ts';
import { FleetWire } from './wire/fleet.ts';
import { GroupWire } from './wire/group.ts';
import { HealthWire } from './wire/health.ts';
import { IncidentWire } from './wire/incident.ts';
import { InputRequestWire } from './wire/input-request.ts';
import { MaintenanceWire } from './wire/maintenance.ts';
import { OperationWire, OperationWithSteps } from './wire/operation.ts';
import { RungWire } from './wire/recovery.ts';
import { ServerWire } from './wire/server.ts';
import { TokenCreated, TokenWire } from './wire/token.ts';
import { PairingCodeWire, UserWire } from './wire/user.ts';

const NAMED = {
  Approval: ApprovalWire,
  Fleet: FleetWire,
  Group: GroupWire,
  Health: HealthWire,
  Incident: IncidentWire,
  InputRequest: InputRequestWire,
  Maintenance: MaintenanceWire,
  Operation: OperationWire,
  OperationWithSteps,
  PairingCode: PairingCodeWire,
  Problem,
  Rung: RungWire,
  Server: ServerWire,
  Token: TokenWire,
  TokenCreated,
  User: UserWire,
};

/** The OpenAPI document, made from the schemas that validate, at /docs and /docs/json. */
export async function registerOpenApi(
  app: FastifyInstance,
  { publicUrl, version }: { publicUrl: string; version: string },
): Promise<void> {
  const schemaRegistry = z.registry<{ id?: string }>();
  for (const [id, schema] of Object.entries(NAMED)) schemaRegistry.add(schema, { id });
  const toJsonSchema = createJsonSchemaTransform({ schemaRegistry });

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Zavhoz',
        version,
        description:
          'The caretaker of your servers. Errors are RFC 9457 problems. /users answers like /api/users; a trailing slash makes no difference.',
      },
      servers: [{ url: publicUrl }],
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: (document) => {
      const { schema, url } = toJsonSchema(document);
      const scope = document.route.config?.scope;
      if (!schema || !scope) return { schema, url };
      return {
        url,
        schema: {
          ...schema,
          security: scope === 'public' ? [] : [{ token: [] }],
          'x-scope': scope,
        },
      };
    },
    transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
}
