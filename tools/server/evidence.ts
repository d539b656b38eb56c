/** Greatest length of one section, and of all together, in characters. */
export const SECTION_CHARS = 4000;
const MOST_CONTAINERS = 8;
/** Seconds for all of it on the host, and for one section of it. */
export const EVIDENCE_SECONDS = 15;
const SECTION_SECONDS = 5;
const MARK = '@@zavhoz:';

const SECTIONS: readonly (readonly [name: string, command: string])[] = [
  ['uptime', 'uptime'],
  ['failed_units', 'systemctl list-units --failed --plain --no-legend --no-pager'],
  ['journal', 'journalctl -n 150 --no-pager -o short-iso'],
  ['disk', 'df -h; df -i'],
  ['memory', 'free -m'],
  ['logins', 'last -n 10'],
  ['containers', "docker ps -a --format '{{.Names}} {{.Status}} {{.Image}}'"],
  [
    'container_logs',
    `for c in $(docker ps -a --format '{{.Names}}' | head -n ${MOST_CONTAINERS}); do echo "== $c"; docker logs --tail 15 "$c"; done`,
  ],
];

/**
 * One script, one login: each section has a limit of its own, and none can fail the others. What
 * does not come within the time of all is left out, and what was gathered before is kept.
 */
export const evidenceScript = (): readonly string[] => {
  const parts = SECTIONS.map(([name, command]) =>
    [
      `echo '${MARK}${name}'; left=$((end - $(date +%s)))`,
      `[ $left -gt ${SECTION_SECONDS} ] && left=${SECTION_SECONDS}`,
      `[ $left -gt 0 ] && timeout $left sh -c ${quoted(command)} 2>&1 | tail -c ${SECTION_CHARS}; echo`,
    ].join('\n'),
  );
  return ['sh', '-c', [`end=$(($(date +%s) + ${EVIDENCE_SECONDS}))`, ...parts].join('\n')];
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The sections by name, with what looks like a secret taken out. */
export function parseEvidence(stdout: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const block of stdout.split(MARK).slice(1)) {
    const end = block.indexOf('\n');
    const name = block.slice(0, end).trim();
    if (!SECTIONS.some(([known]) => known === name)) continue;
    const text = block.slice(end + 1).trim();
    if (text !== '') found[name] = redact(text).slice(-SECTION_CHARS);
  }
  return found;
}

const WORDS =
  '(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|auth(?:orization)?)';

/** Whatever looks like a secret becomes `***`; rather too much than too little. */
export function redact(text: string): string {
  return text
    .replace(/-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-]*-----|$)/g, '***')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 ***')
    .replace(/(\w[\w+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/g, '$1***@')
    .replace(
      new RegExp(`([\\w-]*${WORDS}[\\w-]*["']?\\s*[:=]\\s*)("[^"]*"|'[^']*'|\\S+)`, 'gi'),
      '$1***',
    )
    .replace(/\b(?:gh[pousr]_|xox[abp]-|sk-|AKIA|eyJ)[\w.-]{12,}/g, '***');
}
