import type { Logger } from '#domain/ports.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface RecordingLogger extends Logger {
  /** Every line, those of children included, oldest first. */
  readonly lines: readonly LogLine[];
}

/** Keeps what is logged. */
export function createRecordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  const at = (bound: Readonly<Record<string, unknown>>): Logger => {
    const write =
      (level: LogLine['level']) => (fields: Readonly<Record<string, unknown>>, message: string) => {
        lines.push({ level, fields: { ...bound, ...fields }, message });
      };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (fields) => at({ ...bound, ...fields }),
    };
  };
  return { ...at({}), lines };
}
