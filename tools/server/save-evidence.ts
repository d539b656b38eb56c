import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import { defineTool } from '#domain/tool.ts';
import { EVIDENCE_SECONDS, evidenceScript, parseEvidence } from './evidence.ts';
import { sshTarget } from './target.ts';

/** A port that takes connections and says nothing costs no more than this. */
const LOGIN_MS = 8000;
/** The script's own limit, and the way there and back. */
const EVIDENCE_MS = (EVIDENCE_SECONDS + 5) * 1000;

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
    // What lets nobody in gives no evidence: the rung is not held up for as long as a script may take.
    const { outcome } = await deps.ssh.probe(target, { timeoutMs: LOGIN_MS, signal });
    if (outcome !== 'ok') throw new OpsError('unreachable', `SSH lets nobody in (${outcome}).`);
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
