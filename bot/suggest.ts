/** A command that was perhaps meant, and what was said beside it. */
export interface Suggestion {
  readonly command: string;
  readonly rest: readonly string[];
}

/** Beginnings of words, in both languages, by which people ask for a command without its name. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  status: [
    'status',
    'how are',
    'overview',
    'статус',
    'состояни',
    'как дела',
    'обзор',
    'что нового',
  ],
  servers: ['server', 'machine', 'host', 'vps', 'fleet', 'сервер', 'машин', 'хост', 'парк'],
  server: ['card', 'show', 'карточк', 'покажи'],
  incidents: [
    ...['incident', 'broken', 'problem', 'down', 'wrong', 'alert', 'fail', 'инцидент', 'сломан'],
    ...['сломал', 'проблем', 'упал', 'авари', 'не работа', 'лежит', 'тревог', 'неполадк'],
  ],
  operations: [
    'operation',
    'running',
    'progress',
    'операци',
    'выполня',
    'идёт',
    'идет',
    'прогресс',
  ],
  services: ['service', 'site', 'certificate', 'сервис', 'сайт', 'сертификат'],
  audit: ['audit', 'who did', 'history', 'журнал', 'аудит', 'кто сделал', 'истори'],
  approvals: ['approv', 'allow', 'permit', 'разреш', 'одобр'],
  provision: [
    'provision',
    'prepare',
    'set up',
    'setup',
    'install',
    'подготов',
    'настро',
    'установ',
  ],
  rebuild: [
    'rebuild',
    'reinstall',
    'wipe',
    'format',
    'переустан',
    'пересобр',
    'пересобери',
    'снеси',
  ],
  reboot: ['reboot', 'restart', 'перезагру', 'перезапус', 'ребут'],
  recover: ['recover', 'repair', 'fix', 'heal', 'восстанов', 'почини', 'чини', 'верни'],
  redeploy: ['redeploy', 'deploy', 'разверн', 'деплой', 'выкат'],
  cancel: ['cancel', 'abort', 'отмен', 'прерв'],
  answer: ['answer', 'question', 'password', 'ответ', 'вопрос', 'парол'],
  freeze: [
    'freeze',
    'stop everything',
    'stop all',
    'halt',
    'заморо',
    'останови всё',
    'останови все',
    'стоп',
  ],
  rearm: ['rearm', 're-arm', 'unfreeze', 'resume', 'размороз', 'включи', 'продолж'],
  maint: ['maint', 'window', 'обслуж', 'окно', 'работы'],
  mode: ['mode', 'automatic', 'режим', 'автомат'],
  users: ['user', 'people', 'who is', 'пользоват', 'люди', 'кто здесь'],
  invite: ['invite', 'пригла'],
  settings: ['setting', 'language', 'time zone', 'настройк', 'язык', 'часовой'],
  subscribe: ['subscribe', 'notify', 'подпи', 'уведом'],
  oncall: ['on call', 'on-call', 'oncall', 'duty', 'дежур'],
  quiet: ['quiet', 'night', 'silence', 'тихо', 'тишин', 'ноч'],
  digest: ['digest', 'daily', 'дайджест', 'сводк'],
  help: ['help', 'what can', 'commands', 'помо', 'справк', 'команд', 'что умеешь', 'что ты умеешь'],
};

const MOST = 3;

/**
 * The commands nearest to what was said, best first: by their names with slips of the finger, and
 * by words of both languages. Pure; nothing here acts.
 */
export function suggest(text: string, commands: readonly string[]): readonly Suggestion[] {
  const said = text.toLowerCase().replace(/^\//, '').trim().slice(0, 200);
  if (said === '') return [];
  const words = said.split(/[\s,;!?]+/).filter((word) => word !== '');
  const scored = commands.flatMap((command) => {
    const hit = best(command, said, words);
    return hit ? [{ command, ...hit }] : [];
  });
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ command, used }) => ({ command, rest: words.filter((word) => !used.has(word)) }));
}

interface Hit {
  readonly score: number;
  /** Words that named the command: the rest may name a server. */
  readonly used: ReadonlySet<string>;
}

function best(command: string, said: string, words: readonly string[]): Hit | null {
  const hits: Hit[] = [];
  for (const [at, word] of words.entries()) {
    // What comes first weighs more: it is the verb.
    const first = at === 0 ? 1 : 0;
    const bare = word.split('@')[0] ?? word;
    if (bare === command) hits.push({ score: 100 + first, used: new Set([word]) });
    const slips = distance(bare, command);
    if (slips > 0 && slips <= allowed(command)) {
      hits.push({ score: 80 - 10 * slips + first, used: new Set([word]) });
    }
    if (bare.length >= 3 && command.startsWith(bare) && bare !== command) {
      hits.push({ score: 60 + first, used: new Set([word]) });
    }
  }
  for (const stem of WORDS[command] ?? []) {
    const hit = stemHit(stem, said, words);
    if (hit) hits.push(hit);
  }
  return hits.sort((a, b) => b.score - a.score)[0] ?? null;
}

function stemHit(stem: string, said: string, words: readonly string[]): Hit | null {
  if (stem.includes(' ')) {
    const [start = ''] = stem.split(' ');
    const used = new Set(words.filter((word) => word.startsWith(start)));
    return ` ${said}`.includes(` ${stem}`) ? { score: 75, used } : null;
  }
  const at = words.findIndex((word) => word.startsWith(stem));
  const word = words[at];
  if (word !== undefined) return { score: at === 0 ? 71 : 70, used: new Set([word]) };
  const near = words.find(
    (one) => stem.length >= 5 && distance(one.slice(0, stem.length), stem) === 1,
  );
  return near === undefined ? null : { score: 50, used: new Set([near]) };
}

const allowed = (name: string): number => (name.length >= 7 ? 2 : name.length >= 4 ? 1 : 0);

/** Insertions, deletions, changes and swaps of neighbours between two words. */
export function distance(a: string, b: string): number {
  const far = Math.abs(a.length - b.length);
  if (far > 2) return far;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + same,
          swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
