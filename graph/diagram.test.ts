import { describe, expect, it } from 'vitest';
import { STEP_LISTS } from './build.ts';
import { graphDiagram } from './diagram.ts';

describe('graphDiagram', () => {
  it('shows every node and every step, with the edges that routing can take', async () => {
    const text = await graphDiagram();
    for (const steps of Object.values(STEP_LISTS)) {
      for (const { id } of steps) expect(text).toContain(id);
    }
    for (const edge of [/__start__ --> zavhoz/, /recovery.*zavhoz/]) expect(text).toMatch(edge);
  });
});
