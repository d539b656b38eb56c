import { existsSync, rmSync } from 'node:fs';
import { stageScripts } from '#test/builders/script-stage.ts';
import { type ProviderHarness, providerContract } from '#test/contracts/provider-contract.ts';
import { script } from './index.ts';

interface Harness extends ProviderHarness {
  readonly at: ReturnType<typeof stageScripts>;
}

providerContract<Harness>({
  definition: script,
  env: { SCRIPT_PROVISION: '/p', SCRIPT_TERMINATE: '/t', SCRIPT_HEALTH_CHECK: '/h' },
  wrongSettings: { provision: '/p', terminate: 'relative', healthCheck: '/h' },
  open: async () => {
    const at = stageScripts();
    return {
      at,
      provider: at.provider,
      ref: 'node-1',
      logged: () => at.log.lines.join('\n'),
      deadlines: () => at.deadlines,
      secrets: () => [],
      starts: () =>
        ['provision', 'terminate'].filter((it) => existsSync(`${at.dir}/${it}.in`)).length,
      close: async () => rmSync(at.dir, { recursive: true }),
    };
  },
  inventory: {
    unknownRef: 'node-2',
    of: ({ at }) => ({
      breakAnswers: () => void at.write('health_check', 'echo "{"'),
    }),
  },
});
