import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

export interface Screen {
  readonly terminal: boolean;
  line(text?: string): void;
  /** Shows that something is under way until it has ended; `detail` says what just happens. */
  during<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>;
  dim(text: string): string;
  bold(text: string): string;
}

const CLEAR = '\r\u001b[K';
/** Without a terminal a sign of life every so many milliseconds. */
const SIGN_OF_LIFE_MS = 15_000;

/** The demo's own words, before the chat takes over: live on a terminal, lines elsewhere. */
export function createScreen(
  output: Writable & { readonly columns?: number },
  terminal: boolean,
): Screen {
  const line = (text = '') => void output.write(`${text}\n`);
  const style = (on: number, off: number) => (text: string) =>
    terminal ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  const dim = style(2, 22);
  return {
    terminal,
    line,
    dim,
    bold: style(1, 22),
    async during(title, work) {
      const started = Date.now();
      let detail = '';
      const seconds = () => Math.round((Date.now() - started) / 1000);
      const show = () => {
        const text = `  … ${title}  ${seconds()} s  ${detail}`;
        if (terminal) output.write(`${CLEAR}${dim(text.slice(0, (output.columns ?? 80) - 1))}`);
        else line(text);
      };
      const timer = setInterval(show, terminal ? 250 : SIGN_OF_LIFE_MS);
      if (!terminal) line(`  … ${title}`);
      let sign = '✗';
      try {
        const result = await work((text) => {
          detail = stripVTControlCharacters(text).replaceAll(/[\r\n]+/g, ' ');
        });
        sign = '✓';
        return result;
      } finally {
        clearInterval(timer);
        line(`${terminal ? CLEAR : ''}  ${sign} ${title}${dim(`  ${seconds()} s`)}`);
      }
    },
  };
}
