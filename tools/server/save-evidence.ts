import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import { defineTool } from '#domain/tool.ts';
import { evidenceScript, parseEvidence } from './evidence.ts';
import { sshTarget } from './target.ts';

const EVIDENCE_MS = 45_000;
const TCP_MS = 3000;

/**
 * What a reboot or more would wipe away: the journal's tail, failed units, container states and
 * logs, disk, memory, last logins. Bounded and redacted; kept on the incident's timeline where
 * there is one, else the caller's to keep.
 */
export const serverSaveEvidence = defineTool({
  name: 'server_save_evidence',
  description: "Save what a server shows before it is interrupted on the incident's timeline.",
  effect: 'read',
  input: z.object({ incident_id: z.string().nullable(), before: z.string() }),
  preview: ({ before }, server) => `save evidence of ${server.handle} before ${before}`,
  async run({ incident_id, before }, { server, signal }, deps) {
    const target = await sshTarget(server, null, deps);
    // A host that drops packets would hold up the rung for as long as a login may take.
    const { host, port } = target;
    const door =
      target.jump === null ? await deps.tcp.probe(host, port, { timeoutMs: TCP_MS, signal }) : null;
    if (door !== null && door !== 'open') {
      throw new OpsError('unreachable', `SSH does not answer (${door}).`);
    }
    const answer = await deps.ssh.run(target, evidenceScript(), { timeoutMs: EVIDENCE_MS, signal });
    const sections = parseEvidence(answer.stdout);
    if (Object.keys(sections).length === 0) {
      throw new OpsError('unreachable', `${server.handle} gave no evidence.`);
    }
    if (incident_id !== null) {
      await deps.incidents.addEvent(incident_id, {
        actor: 'agent:recovery',
        text: `evidence saved before ${before}`,
        data: { evidence: sections },
      });
    }
    return { sections: Object.keys(sections), evidence: sections };
  },
});
