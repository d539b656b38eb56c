import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Run, runProcess } from './run.ts';

/** How this machine reaches Debian's archive; the hosts get the same way. */
export interface AptSettings {
  readonly mirror: string;
  readonly securityMirror: string;
  /** Lines of apt.conf: proxies, time-outs, relaxed date checks. */
  readonly conf: string;
  /** Certificates this machine trusts beside Debian's: file name and PEM text. */
  readonly certificates: ReadonlyArray<{ readonly name: string; readonly pem: string }>;
}

const CERTIFICATES = '/usr/local/share/ca-certificates';
// `apt-config dump` prints every built-in default too; only what changes how files are fetched matters.
const CONF =
  /^Acquire::(https?::|ftp::|Check-Date|Check-Valid-Until|Retries|ForceIPv[46])[^"]*"[^"]+";$/;

/**
 * Takes the mirrors, not the files: another suite than this machine's is wanted, third-party
 * sources need keys that the image lacks, and on Ubuntu the files name no Debian at all.
 */
export async function readAptSettings(
  { root = '/', run = runProcess }: { root?: string; run?: Run } = {},
  signal?: AbortSignal,
): Promise<AptSettings> {
  const folder = join(root, 'etc/apt/sources.list.d');
  const names = (await readdir(folder).catch(() => [])).sort();
  const files = [
    join(root, 'etc/apt/sources.list'),
    ...names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(folder, name)),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const uris = texts.flatMap(archiveUris);
  const dump = await run(['apt-config', 'dump'], {
    deadlineMs: 10_000,
    ...(signal && { signal }),
  }).catch(() => ({ stdout: '' }));
  return {
    mirror: pick(uris, '/debian'),
    securityMirror: pick(uris, '/debian-security'),
    conf: dump.stdout
      .split('\n')
      .filter((line) => CONF.test(line))
      .map((line) => `${line}\n`)
      .join(''),
    certificates: await readCertificates(join(root, CERTIFICATES)),
  };
}

function pick(uris: readonly string[], end: string): string {
  const found = uris.find((uri) => uri.endsWith(end));
  if (found !== undefined) return found;
  throw new Error(
    `apt's sources on this machine name no archive that ends in ${end}, from which hosts could be made. Name one in a file of /etc/apt/sources.list.d; on Ubuntu with "Enabled: no".`,
  );
}

/** The addresses in one sources file, in either format, without a trailing slash. */
export function archiveUris(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  const words = lines.flatMap((line) =>
    /^(deb\s|URIs:)/.test(line.trimStart()) ? line.split(/\s+/) : [],
  );
  return words.filter((word) => /^https?:\/\//.test(word)).map((word) => word.replace(/\/+$/, ''));
}

async function readCertificates(folder: string) {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.crt'));
  return Promise.all(
    names.sort().map(async (name) => ({ name, pem: await readFile(join(folder, name), 'utf8') })),
  );
}
