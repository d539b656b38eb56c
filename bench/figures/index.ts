import type { Figure } from '../figure.ts';
import { alert } from './alert.ts';
import { botAck } from './bot-ack.ts';
import { detect } from './detect.ts';
import { forceRebuildToProvider } from './force-rebuild-to-provider.ts';
import { growth } from './growth.ts';
import { healthCpu } from './health-cpu.ts';
import { idleRss } from './idle-rss.ts';
import { provisionOverhead } from './provision-overhead.ts';
import { provisionSecondRun } from './provision-second-run.ts';
import { resumeAfterKill } from './resume-after-kill.ts';
import { sweepCpuShare } from './sweep-cpu-share.ts';
import { warmStart } from './warm-start.ts';

export const figures: readonly Figure[] = [
  warmStart,
  idleRss,
  forceRebuildToProvider,
  resumeAfterKill,
  provisionSecondRun,
  provisionOverhead,
  healthCpu,
  sweepCpuShare,
  growth,
  detect,
  alert,
  botAck,
];
