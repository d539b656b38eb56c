import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '#app/places.ts';
import { type Figure, median, type Outcome, rounded } from './figure.ts';

/** One figure as results.json holds it. */
export type Result = ReturnType<typeof toResult>;

const FILE = join(root, 'bench', 'results.json');

export function toResult(figure: Figure, outcome: Outcome, commit: string) {
  const { value, p50, p95, samples, peerSamples, conditions } = outcome;
  return {
    ...(value === undefined ? {} : { value: rounded(value) }),
    ...(p50 === undefined ? {} : { p50: rounded(p50) }),
    ...(p95 === undefined ? {} : { p95: rounded(p95) }),
    unit: figure.unit,
    target: figure.target,
    peer: {
      what: figure.peer,
      ...(peerSamples === undefined ? {} : { value: rounded(median(peerSamples)) }),
    },
    conditions: `${conditions}; ${machine()}`,
    commit,
    date: new Date().toISOString(),
    samples: samples.map(rounded),
    ...(peerSamples === undefined ? {} : { peer_samples: peerSamples.map(rounded) }),
  };
}

/** Adds to the file; figures that were not measured this time stay, with their own commit and date. */
export async function write(results: Readonly<Record<string, Result>>): Promise<string> {
  const before: unknown = JSON.parse(await readFile(FILE, 'utf8').catch(() => '{}'));
  const all = { ...(before as object), ...results };
  await writeFile(FILE, `${JSON.stringify(all, null, 2)}\n`);
  return FILE;
}

export function table(results: Readonly<Record<string, Result>>): string {
  const rows = Object.entries(results).map(([name, result]) => {
    const measured =
      result.value === undefined ? `p50 ${result.p50}, p95 ${result.p95}` : `${result.value}`;
    const worst = result.value ?? result.p95 ?? Number.POSITIVE_INFINITY;
    const { what, value } = result.peer;
    return [
      name,
      `${measured} ${result.unit}`.trim(),
      `≤ ${result.target}`,
      worst <= result.target ? 'met' : 'MISSED',
      value === undefined ? what : `${what}: ${value} ${result.unit}`.trim(),
    ];
  });
  const all = [['figure', 'measured', 'target', '', 'peer'], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The commit that is measured; `+` after it when the tree differs from it. */
export async function commit(): Promise<string> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', ['-C', root, ...args], { timeout: 10_000 })).stdout.trim();
  try {
    const dirty = await git('status', '--porcelain', '--untracked-files=no');
    return `${await git('rev-parse', '--short', 'HEAD')}${dirty === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

const machine = () =>
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
