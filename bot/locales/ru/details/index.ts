import type { Details } from '../../detail-template.ts';
import { asking } from './asking.ts';
import { connection } from './connection.ts';
import { foreign } from './foreign.ts';
import { health } from './health.ts';
import { playbooks } from './playbooks.ts';
import { policy } from './policy.ts';
import { providers } from './providers.ts';
import { provisioning } from './provisioning.ts';
import { recovery } from './recovery.ts';
import { steps } from './steps.ts';
import { storage } from './storage.ts';
import { words } from './words.ts';

/** By subject; a test demands that no two say the same. */
export const ruDetailParts: Readonly<Record<string, Details['texts']>> = {
  ...{ asking, connection, health, playbooks, policy, providers, provisioning, recovery },
  ...{ foreign, steps, storage },
};

/** What the agent writes, in Russian. */
export const ruDetails: Details = {
  texts: Object.assign({}, ...Object.values(ruDetailParts)),
  words,
};
