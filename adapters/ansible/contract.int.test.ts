import { readFileSync } from 'node:fs';
import { playbooksContract } from '#test/contracts/playbooks-contract.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { startPlaybookLab } from '#test/support/playbook-lab.ts';
import { freePort } from '#test/support/ssh-lab.ts';
import { createPlaybooks } from './index.ts';

playbooksContract('ansible-playbook to a real sshd', async () => {
  const lab = await startPlaybookLab();
  const { playbooksDir, runDir, ranFile } = lab;
  const [type, other] = ['ssh-ed25519', `AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`];
  return {
    playbooks: createPlaybooks({ playbooksDir, runDir, log: createRecordingLogger() }),
    target: lab.ssh.target,
    otherHostKey: { type, key: other },
    closedPort: await freePort(),
    run: (kind, changes) => lab.run(kind, undefined, changes),
    failingTask: 'Break on purpose',
    data: { overall: 'ok', who: 'nobody' },
    ran: () => readFileSync(ranFile, 'utf8').split('ran change').length,
    stop: lab.stop,
  };
});
