/** Where the agent writes for people: every phrase below these has to be known to the bot. */
export const WRITERS = [
  ...['domain', 'nodes', 'graph', 'tools', 'adapters', 'providers', 'workers'],
  ...['prisma/repositories', 'app/providers.ts', 'app/worker-role.ts', 'bot/orders'],
] as const;

interface NotShown {
  readonly files: RegExp;
  /** Which of the file's texts; absent: all. */
  readonly texts?: RegExp;
  readonly why: string;
}

/** Folders without a writer: api and cli answer their own callers; config, setup and the rest of app and prisma speak to the terminal at start. */
export const NOT_SHOWN: readonly NotShown[] = [
  {
    files: /^adapters\/(keys|metrics|logger|openssh-key|notification-webhook)\.ts$/,
    why: 'read at start, or for the log, the metrics and the webhook alone',
  },
  { files: /^adapters\/ansible\/(inputs|yaml|end-masters)\.ts$/, why: 'files for Ansible' },
  { files: /^adapters\/health\/(check-script|witnesses)\.ts$/, why: 'a script; settings at start' },
  { files: /^tools\/server\/evidence\.ts$/, why: 'commands' },
  { files: /^graph\/preview\.ts$/, why: 'answered over HTTP alone' },
  { files: /^domain\/user\.ts$/, why: 'tokens are made over HTTP alone' },
  { files: /^workers\/processor\.ts$/, why: 'wrong jobs, for the log' },
  {
    files: /^adapters\/ansible\/(child|ssh-config)\.ts$/,
    texts:
      /^\s*(IFS=|go\n|-F |Host|Port \{|User \{|Proxy|Strict|User|Global|Update|Check|Identit|Conn|Server|Number|Batch|Preferred|sshpass|\{0\}ssh)/,
    why: 'the script that guards a playbook, and a configuration of ssh',
  },
  {
    files: /^(tools\/server|adapters\/ssh)\//,
    texts: /^\s*(docker |-v |exec |import sys|sudo -|printf |\{\{\.Name|\[cut\])/,
    why: 'commands',
  },
  {
    files: /^tools\/(server\/start-task|ansible\/(access|software))\.ts$/,
    texts:
      /^(reset the root password of|reinstall \(|Ask the|Reinstall the .* its data|Reboot one|install keys,|packages, Docker)/,
    why: 'what a tool is for, for the audit and the model',
  },
  { files: /^domain\/health\/report\.ts$|^domain\/server\.ts$/, why: 'forms of input over HTTP' },
  {
    files: /^adapters\/(http|leases|secret-box)\.ts$/,
    texts: /^(Basic|Bearer|UPDATE|pid|zavhoz key id)/,
    why: 'headers, SQL and names',
  },
  {
    files: /^(adapters\/ssh\/(hops|kept)|nodes\/provisioner\/identity)\.ts$/,
    texts: /^\{0\} (by|at) \{1\}$/,
    why: 'names of ways and machines, for the log and for comparing',
  },
  {
    files: /^providers\/time4vps\/(password|tasks)\.ts$/,
    texts: /password$|under way$|^\{0\} done|^, but no/,
    why: 'labels to look for; of tasks only a failure is told',
  },
  {
    files: /^prisma\/repositories\/(health-|escalations|chat-updates|standing|incidents)/,
    texts:
      /(^at >=|IS NULL|count\(|sum\(|checks, good|^s\.care|stored update|^The reader|^came back without)/,
    why: 'SQL, and notes on rows that no chat shows',
  },
  { files: /^app\/providers\.ts$/, texts: /^The configuration/, why: 'said at start' },
  { files: /^graph\/runner\.ts$/, texts: /^go on$/, why: 'the graph is woken by it' },
  { files: /^bot\/orders\//, texts: /^(<a |\/maint|\/\{0\})/, why: 'written by the bot itself' },
];

/**
 * Sources that are only parts of texts, or would fit too many: the templates of what they become.
 * Of `{0}: {1}` and the like nothing is demanded but what stands here.
 */
export const BECOMES: Readonly<Record<string, readonly string[]>> = {
  '{0} on {1}': ['provision_access on {0}', 'provision_software on {0}', 'health_check on {0}'],
  '{0} by {1}': ['Approved by {0}', 'Denied by {0}'],
  ' instead of {0}': ['answers {0} instead of {1}'],
  ' and ': ['SSH still offers {0} and {1} logins'],
  ' and {0} more': ['{0} It would have run: {1} and {2} more. Approvals voided: {3}.'],
  ' at {0}': ['It was decided already: {0}, by {1} at {2}.'],
  'It was decided already: {0}, by {1}{2}.': ['It was decided already: {0}, by {1}.'],
  'is the jump host of other servers': [
    '{0} is the jump host of other servers: the agent never changes it.',
  ],
  '({0}) is where Zavhoz, its database or its queue runs': [
    '{0} ({1}) is where Zavhoz, its database or its queue runs: the agent never changes it.',
  ],
  '{0} {1}: the agent never changes it.': [
    '{0} is the jump host of other servers: the agent never changes it.',
  ],
  '{0} is {1}: it is not {2}.': [
    '{0} is {1}: it is not recovered.',
    '{0} is {1}: it is not rebooted.',
  ],
  'A {0} begins from {1}.': ['A recovery begins from {0}.', 'A reboot begins from {0}.'],
  '{0} denied {1}{2}.': ['{0} denied {1}.', '{0} denied {1}: {2}.'],
  'The operation was {0} by {1}.': [
    'The operation was cancelled by {0}.',
    'The operation was superseded by {0}.',
  ],
  'restarted: {0}{1}': ['restarted: {0}'],
  '; did not restart: {0}': ['restarted: {0}; did not restart: {1}'],
  'Look at': ['Look at {0} ({1}, {2})'],
  'Restart what failed (units, Docker, containers) on': [
    'Restart what failed (units, Docker, containers) on {0} ({1}, {2})',
  ],
  'Reboot at its provider:': ['Reboot at its provider: {0} ({1}, {2})'],
  'Reset the root password and install the keys anew on': [
    'Reset the root password and install the keys anew on {0} ({1}, {2})',
  ],
  'Run the whole preparation without upgrades on': [
    'Run the whole preparation without upgrades on {0} ({1}, {2})',
  ],
  'Reinstall the operating system of': ['Reinstall the operating system of {0} ({1}, {2})'],
  'refused the {0} of {1} (offers {2})': [
    'refused the key of {0} (offers {1})',
    'refused the password of {0} (offers {1})',
  ],
  'takes no {0}s (offers {1})': ['takes no keys (offers {0})', 'takes no passwords (offers {0})'],
  'password reset': ['password reset failed{0}'],
  '{0} failed{1}': ['password reset failed{0}', 'reinstallation failed{0}', 'reboot failed{0}'],
  '{0} {1}: {2}.': [
    'The {0} program ended with exit code {1}: {2}.',
    'The {0} program was ended by a signal: {1}.',
  ],
  'The handle {0}': ['The handle {0} is taken already.'],
  '{0} of {1}': ['{0} of {1} is taken already.'],
  '{0} is taken already.': ['The handle {0} is taken already.'],
  'There is no {0} {1}.': ['There is no server {0}.', 'There is no group {0}.'],
  '{0} {1}': ['provider {0}', 'account {0}', 'region {0}', 'subnet {0}'],
  '{0} s {1}': ['{0} s ahead', '{0} s behind'],
  '{0}: {1}': [
    ...['docker: {0}', 'memory: {0}', 'load: {0}', 'firewall: {0}', 'clock: {0}'],
    ...['pending_reboot: {0}', 'ssh: {0}'],
  ],
};
