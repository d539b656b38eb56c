import { Argument, type Command } from 'commander';
import type { Context } from '../context.ts';

interface Path {
  /** The words that lead here, blank in front of each. */
  readonly path: string;
  readonly words: readonly string[];
}

export function completionCommand(program: Command, context: Context): void {
  program
    .command('completion')
    .description('print completion code: source <(zavhoz completion bash)')
    .addArgument(new Argument('<shell>', 'for this shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') => {
      const paths = pathsOf(program, '');
      if (shell === 'fish') context.io.out(fish(paths));
      else context.io.out(shell === 'bash' ? bash(paths) : `${ZSH}${bash(paths)}`);
    });
}

/** All commands with what may follow them, the deepest first. */
function pathsOf(command: Command, path: string): readonly Path[] {
  const visible = command.createHelp().visibleCommands(command);
  const children = visible.filter((child) => child.name() !== 'help');
  const options = command.createHelp().visibleOptions(command);
  const words = [
    ...children.map((child) => child.name()),
    ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    ...options.flatMap(({ long, argChoices }) => [long ?? '', ...(argChoices ?? [])]),
  ].filter((word) => word !== '');
  const below = children.flatMap((child) => pathsOf(child, `${path} ${child.name()}`));
  return [...below, { path, words }];
}

const ZSH = 'autoload -U +X bashcompinit && bashcompinit\n';

const bash = (paths: readonly Path[]): string => `_zavhoz() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="$path $word" ;; esac
  done
  case "$path" in
${paths.map(({ path, words }) => `    "${path}"*) words="${words.join(' ')}" ;;`).join('\n')}
  esac
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}
complete -F _zavhoz zavhoz
`;

function fish(paths: readonly Path[]): string {
  const lines = paths.flatMap(({ path, words }) => {
    const seen = path.split(' ').filter((word) => word !== '');
    const below = words.filter((word) => !word.startsWith('-'));
    const here = [
      ...seen.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(below.length > 0 ? [`not __fish_seen_subcommand_from ${below.join(' ')}`] : []),
    ].join('; and ');
    const condition = here === '' ? '' : ` -n '${here}'`;
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c zavhoz -f${condition} -l ${word.slice(2)}`
        : `complete -c zavhoz -f${condition} -a ${word}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
