import type { Command } from 'commander';
import { type Client, createClient } from './client.ts';
import type { Io } from './io.ts';
import { type Column, details, table } from './render.ts';

export interface Context {
  readonly io: Io;
  /** The API behind the command that runs. */
  client(command: Command): Client;
  /** Prints a value: as JSON with `--json`, else as `text` puts it. */
  print(command: Command, value: unknown, text: string): void;
  printList(command: Command, value: unknown, columns: readonly Column[]): void;
  printOne(command: Command, value: unknown): void;
  /** A remark for people, on stderr; none with `--json`. */
  note(command: Command, text: string): void;
}

export const wantsJson = (command: Command): boolean => command.optsWithGlobals().json === true;

export const defaultUrl = ({ env }: Pick<Io, 'env'>): string =>
  env.ZAVHOZ_URL || 'http://127.0.0.1:8000';

export function createContext(io: Io): Context {
  const print: Context['print'] = (command, value, text) =>
    io.out(wantsJson(command) ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
  return {
    io,
    client: (command) => createClient(io, command.optsWithGlobals().url ?? defaultUrl(io)),
    print,
    printList(command, value, columns) {
      const items = itemsOf(value);
      const total = Number(fieldOf(value, 'total') ?? items.length);
      const more = total > items.length ? `\n${items.length} of ${total} (--limit, --offset)` : '';
      print(command, value, items.length === 0 ? 'none' : table(items, columns) + more);
    },
    printOne: (command, value) => print(command, value, details(value)),
    note(command, text) {
      if (!wantsJson(command)) io.err(`${text}\n`);
    },
  };
}

export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

export function itemsOf(value: unknown): readonly unknown[] {
  const items = Array.isArray(value) ? value : fieldOf(value, 'items');
  return Array.isArray(items) ? items : [];
}

/** A leaf command: every one of them can print JSON. */
export const leaf = (parent: Command, usage: string, about: string): Command =>
  parent.command(usage).description(about).option('--json', 'print JSON');
