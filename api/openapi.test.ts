import { describe, expect, it } from 'vitest';
import { apiStage } from '#test/builders/api-stage.ts';

type Json = Readonly<Record<string, unknown>>;

function* nodes(value: unknown): Generator<Json> {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield value as Json;
  for (const child of Object.values(value)) yield* nodes(child);
}

describe('the OpenAPI document', () => {
  it('is served with its page, and every reference in it leads somewhere', async () => {
    const { call } = await apiStage();
    expect((await call('GET', '/docs', { as: null })).text).toContain('swagger');
    const { body } = await call('GET', '/docs/json', { as: null });
    expect(body.openapi).toMatch(/^3\.1\./);
    const schemas = (body.components as { schemas: Json }).schemas;
    const references = [...nodes(body)].flatMap(({ $ref }) =>
      typeof $ref === 'string' ? [$ref] : [],
    );
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      expect(Object.keys(schemas)).toContain(reference.replace('#/components/schemas/', ''));
    }
  });

  it('gives every operation an id of its own, its path parameters, answers and problems', async () => {
    const { app } = await apiStage();
    const { paths } = app.swagger() as unknown as { paths: Record<string, Record<string, Json>> };
    const ids: unknown[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      for (const operation of Object.values(methods)) {
        ids.push(operation.operationId);
        const declared = ((operation.parameters ?? []) as Json[])
          .filter((p) => p.in === 'path')
          .map((p) => `{${String(p.name)}}`);
        expect(declared).toEqual(path.match(/\{\w+\}/g) ?? []);
        expect(operation.summary).toBeTruthy();
        const answers = Object.keys(operation.responses as Json);
        expect(answers.some((status) => /^2\d\d$/.test(status))).toBe(true);
        if (operation['x-scope'] !== 'public') {
          expect(answers).toEqual(expect.arrayContaining(['4XX', '5XX']));
          expect(operation.security).toEqual([{ token: [] }]);
        }
      }
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
  });

  it('describes what may be sent: required, legal and default values', async () => {
    const { app } = await apiStage();
    const { paths } = app.swagger() as unknown as { paths: Record<string, Record<string, Json>> };
    const body = JSON.stringify(paths['/api/servers/{handle}']?.patch?.requestBody);
    expect(body).toContain('force_rebuild');
    expect(body).toContain('"additionalProperties":false');
    const query = JSON.stringify(paths['/api/servers']?.get?.parameters);
    expect(query).toContain('"name":"status"');
    expect(query).toContain('pending_setup');
  });
});
