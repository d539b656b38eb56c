import type { FastifyError, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ProblemInput } from './problem.ts';

interface FieldError {
  readonly field: string;
  readonly message: string;
  readonly unknown?: readonly string[];
  readonly known?: readonly string[];
  readonly legal?: readonly unknown[];
}

/**
 * What a caller sent wrong and what would be right: unknown fields beside the known ones, illegal
 * values beside the legal ones. An impossible path parameter names nothing that exists: 404.
 */
export function describeValidation(
  error: FastifyError,
  request: FastifyRequest,
): Omit<ProblemInput, 'requestId'> {
  const context = error.validationContext ?? 'body';
  const schema = schemaOf(request, context);
  const errors = (error.validation ?? []).map((issue): FieldError => {
    const path = issue.instancePath.split('/').filter((part) => part !== '');
    const field = path.join('.') || whole(context);
    const params = issue.params as { keys?: unknown; values?: unknown };
    if (Array.isArray(params.keys)) {
      const known = knownFields(schema, path);
      const names = params.keys.map(String);
      return {
        field,
        message: `Unknown field${names.length > 1 ? 's' : ''}: ${names.join(', ')}. ${
          known.length > 0 ? `Known: ${known.join(', ')}.` : 'None is known here.'
        }`,
        unknown: names,
        known,
      };
    }
    if (Array.isArray(params.values)) {
      const legal = params.values.map(String);
      return { field, message: `Legal values: ${legal.join(', ')}.`, legal };
    }
    return { field, message: issue.message ?? 'Not valid.' };
  });
  const detail = errors
    .map(({ field, message, unknown }) => (unknown ? message : `${field}: ${message}`))
    .join(' ');
  return context === 'params'
    ? { status: 404, code: 'not_found', detail: `There is no such thing: ${detail}` }
    : {
        status: 422,
        code: 'invalid_input',
        detail,
        hint: 'The schema of every request is at /docs.',
        details: { in: context, errors },
      };
}

const whole = (context: string) => (context === 'querystring' ? 'query' : context);

function schemaOf(request: FastifyRequest, context: string): unknown {
  const schemas = request.routeOptions.schema as Record<string, unknown> | undefined;
  return schemas?.[context];
}

/** Field names of the object that `path` leads to; empty where any name is allowed. */
function knownFields(schema: unknown, path: readonly string[]): readonly string[] {
  let here = unwrap(schema);
  for (const key of path) here = here instanceof z.ZodObject ? unwrap(here.shape[key]) : undefined;
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function unwrap(schema: unknown): unknown {
  let here = schema;
  while (
    here instanceof z.ZodOptional ||
    here instanceof z.ZodDefault ||
    here instanceof z.ZodNullable ||
    here instanceof z.ZodPipe
  ) {
    here = here instanceof z.ZodPipe ? here.out : here.unwrap();
  }
  return here;
}
