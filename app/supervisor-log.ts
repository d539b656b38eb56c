import type { Log } from './embedded/service.ts';

/** The supervisor's own lines, without a logging library: its memory has to stay small. */
export const supervisorLog =
  (pretty: boolean, out: { write(text: string): unknown } = process.stdout): Log =>
  (level, message, fields = {}) => {
    const time = new Date().toISOString();
    if (!pretty) {
      const line = { level, time, role: 'supervisor', ...fields, msg: message };
      out.write(`${JSON.stringify(line)}\n`);
      return;
    }
    const more = Object.entries(fields).map(([name, value]) => ` ${name}=${String(value)}`);
    out.write(`[${time.slice(11, 23)}] ${level.toUpperCase()}: ${message}${more.join('')}\n`);
  };
