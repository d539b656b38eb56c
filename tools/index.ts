import { ansibleAccess } from './ansible/access.ts';
import { ansibleSoftware } from './ansible/software.ts';
import { serverAcceptHostKey } from './server/accept-host-key.ts';
import { serverAwaitTask } from './server/await-task.ts';
import { serverFacts } from './server/facts.ts';
import { serverHealthLook } from './server/health-look.ts';
import { serverLatestTask } from './server/latest-task.ts';
import { serverPeerProbe } from './server/peer-probe.ts';
import { serverPersistKey } from './server/persist-key.ts';
import { serverProbeLogin } from './server/probe-login.ts';
import { serverRestartServices } from './server/restart-services.ts';
import { serverSaveEvidence } from './server/save-evidence.ts';
import { serverReboot, serverReinstall, serverResetPassword } from './server/start-task.ts';
import { serverVerifyOutside } from './server/verify-outside.ts';

/** Every tool there is; a test compares this list with the folder. */
export const tools = [
  ansibleAccess,
  ansibleSoftware,
  serverAcceptHostKey,
  serverAwaitTask,
  serverFacts,
  serverHealthLook,
  serverLatestTask,
  serverPeerProbe,
  serverPersistKey,
  serverProbeLogin,
  serverReboot,
  serverReinstall,
  serverResetPassword,
  serverRestartServices,
  serverSaveEvidence,
  serverVerifyOutside,
] as const;
