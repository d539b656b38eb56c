import type { Progress } from './follow.ts';
import type { Io } from './io.ts';
import { plain } from './render.ts';

export interface ProgressView {
  show(progress: Progress): void;
  /** Leaves the cursor on a line of its own. */
  end(): void;
}

const CLEAR = '\r\u001b[K';

/**
 * Live progress: a line per step, status and note; tasks overwrite each other on a terminal and
 * are lines elsewhere. With `json` each event is one line of JSON.
 */
export function createProgressView(
  { out, live }: Pick<Io, 'out' | 'live'>,
  json: boolean,
): ProgressView {
  let open = false;
  const line = (text: string) => {
    out(`${open ? CLEAR : ''}${text}\n`);
    open = false;
  };
  return {
    show(progress) {
      if (json) return out(`${JSON.stringify(progress)}\n`);
      const percent = `${String(progress.percent).padStart(3)} %`;
      const text = plain(progress.text);
      switch (progress.type) {
        case 'task':
          if (live) {
            out(`${CLEAR}${percent}    ${text}`.slice(0, 100));
            open = true;
          } else line(`${percent}    ${text}${suffix(progress.state)}`);
          return;
        case 'step':
          return line(`${percent}  ${plain(progress.step)}${suffix(progress.state)}  ${text}`);
        case 'input':
          return line(`${percent}  waits for an answer: ${text} (zavhoz inputs list)`);
        case 'status':
          return line(`${percent}  [${plain(progress.status)}] ${text}`);
        default:
          return line(`${percent}  ${text}`);
      }
    },
    end() {
      if (open) out('\n');
      open = false;
    },
  };
}

const suffix = (state: string | null): string => (state === null ? '' : ` ${plain(state)}`);
