import { ansibleAccess } from './ansible/access.ts';
import { ansibleSoftware } from './ansible/software.ts';
import { serverAcceptHostKey } from './server/accept-host-key.ts';
import { serverAwaitTask } from './server/await-task.ts';
import { serverFacts } from './server/facts.ts';
import { serverLatestTask } from './server/latest-task.ts';
import { serverPersistKey } from './server/persist-key.ts';
import { serverProbeLogin } from './server/probe-login.ts';
import { serverReboot, serverReinstall, serverResetPassword } from './server/start-task.ts';
import { serverVerifyOutside } from './server/verify-outside.ts';

/** Every tool there is; a test compares this list with the folder. */
export const tools = [
  ansibleAccess,
  ansibleSoftware,
  serverAcceptHostKey,
  serverAwaitTask,
  serverFacts,
  serverLatestTask,
  serverPersistKey,
  serverProbeLogin,
  serverReboot,
  serverReinstall,
  serverResetPassword,
  serverVerifyOutside,
] as const;
