import { buildGraph } from './build.ts';

/** The compiled graph, subgraphs included, as a Mermaid flowchart; no dependency is ever called. */
export async function graphDiagram(): Promise<string> {
  const nothing = new Proxy({}, { get: () => undefined });
  const graph = buildGraph(nothing as never, nothing as never);
  const drawable = await graph.getGraphAsync({ xray: true });
  return drawable.drawMermaid({ withStyles: false });
}
