import { z } from 'zod';
import { defineTool } from '#domain/tool.ts';

/** What the provider says of the server now. */
export const serverFacts = defineTool({
  name: 'server_facts',
  description: "Read the provider's facts about one server: state, address, OS, running task.",
  effect: 'read',
  input: z.object({}),
  preview: (_, server) => `read the provider's facts about ${server.handle}`,
  run: (_, { server, signal }, { providerOf }) =>
    providerOf(server).provider.facts(server.providerRef, signal),
});
