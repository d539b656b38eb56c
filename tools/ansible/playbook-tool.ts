import { z } from 'zod';
import type { PlaybookName, SshTarget } from '#domain/remote.ts';
import type { Server } from '#domain/server.ts';
import { defineTool } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { sshTarget } from '../server/target.ts';

/** The playbook's extra variables, by the names of playbooks/README.md. */
export type Vars = (
  server: Server,
  deps: ToolDeps,
  input: { readonly upgrade: boolean; readonly begin: boolean },
  host: { readonly target: SshTarget; readonly signal: AbortSignal },
) => VarsNow | Promise<VarsNow>;
type VarsNow = Readonly<Record<string, unknown>>;

/** A tool that runs one playbook on one server. */
export const playbookTool = (
  name: string,
  playbook: PlaybookName,
  seconds: number,
  what: string,
  vars: Vars,
) =>
  defineTool({
    name,
    description: `Run the playbook ${playbook} on one server: ${what}.`,
    effect: 'change',
    input: z.object({
      credential_id: z.string().nullable(),
      upgrade: z.boolean().default(false),
      /** Whether an installation follows and may begin in the background meanwhile. */
      begin: z.boolean().default(false),
    }),
    preview: (_, server) => `run ${playbook} on ${server.handle} (${what})`,
    async run({ credential_id, ...input }, { server, signal, progress, child }, deps) {
      const target = await sshTarget(server, credential_id, deps);
      const { recap, data } = await deps.playbooks.run(
        {
          playbook,
          target,
          vars: await vars(server, deps, input, { target, signal }),
          timeoutMs: seconds * 1000,
        },
        {
          onChild: (record) => child(record === null ? null : { ...record }),
          onEvent: ({ kind, task, index, total }) => {
            const state = kind === 'task' ? undefined : kind;
            // Shown, never waited for: a slow database must not slow the playbook down.
            void progress(task, total > 0 ? Math.min(1, index / total) : undefined, state);
          },
        },
        signal,
      );
      return { ...recap, data };
    },
  });
