import type { Role } from '#domain/user.ts';

/** What one command is expected to answer, in English. */
export interface MatrixRow {
  /** What is said after the command. */
  readonly words?: string;
  /** Somewhere in the answer to those who have the role. */
  readonly says: RegExp;
  /** The same where others listen, when it differs there: in groups and topics. */
  readonly inGroup?: RegExp;
  /** The role it takes in groups and topics, where that is a greater one than in private. */
  readonly groupRole?: Role;
}

const PRIVATE = /for our private chat only/;

/**
 * One row per command of bot/features/commands.ts, said on a fleet of one server, vps-1001, where
 * nothing happens. Who may say it comes from the command list itself.
 */
export const MATRIX: Readonly<Record<string, MatrixRow>> = {
  status: { says: /1 server/ },
  servers: { says: /vps-1001/ },
  operations: { says: /No operations/ },
  incidents: { says: /No open incidents/ },
  approvals: { says: /Nothing waits for your word/ },
  provision: { words: 'vps-1001', says: /preparation of vps-1001/ },
  rebuild: { words: 'vps-1001 reset', says: /keep its disk/ },
  cancel: { says: /No operation is under way/ },
  answer: { says: /No operation waits for an answer/ },
  freeze: { words: 'racks are moved', says: /racks are moved/ },
  rearm: { says: /Automatic action is on/ },
  maint: { words: 'vps-1001 2h new disk', says: /vps-1001: maintenance until/ },
  help: { says: /What I can do/ },

  invite: { says: /Which role shall they have/, inGroup: PRIVATE },
  users: { says: /ha(s|ve) a role/, inGroup: PRIVATE },
  password: { words: 'vps-1001', says: /root password of vps-1001/, inGroup: PRIVATE },
  settings: { says: /Your settings/, inGroup: /this chat is spoken to/, groupRole: 'owner' },

  server: { words: 'vps-1001', says: /vps-1001/ },
  services: { says: /service/i },
  audit: { says: /Who did what|Nothing is written down/ },

  reboot: { words: 'vps-1001', says: /Reboot vps-1001\?/ },
  recover: { words: 'vps-1001', says: /vps-1001/ },
  redeploy: { words: 'vps-1001', says: /vps-1001|service/ },
  mode: { words: 'vps-1001 ask', says: /Mode of vps-1001/ },
  care: { words: 'vps-1001 managed', says: /Care of vps-1001/ },

  subscribe: { words: 'warning', says: /What this chat is told/, groupRole: 'owner' },
  unsubscribe: { says: /What this chat is told|no such subscription/, groupRole: 'owner' },
  quiet: { words: '22:00-07:00', says: /Without a sound/, groupRole: 'owner' },
  digest: { words: '09:00', says: /Digest each day/, groupRole: 'owner' },
  oncall: { says: /Who is called/ },
};

/** The message of a matrix that has a hole: what to write, and where. */
export const missingRow = (name: string): string =>
  `The command /${name} has no row of expectation. Add one to MATRIX in test/support/chat-matrix.ts:
  ${name}: { words: 'what follows the command', says: /what its answer says, in English/ },
and \`inGroup: /…/\` where the answer in a group is another (for example "in private only"), or
\`groupRole: 'owner'\` where a group asks for more than bot/features/commands.ts says.`;
