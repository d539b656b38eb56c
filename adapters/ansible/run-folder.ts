import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { ChildRecord } from '#domain/remote.ts';
import { hostIdentity, processStartTime } from '../host-id.ts';
import { childMembers } from './child.ts';
import { endMasters } from './end-masters.ts';

/** ssh cuts off at 108 bytes for a socket's path, and adds names of its own. */
const LONGEST_PATH = 60;
const PREFIX = 'run-';
const ALIAS_PREFIX = 'zavhoz-run-';
const ALIAS = 'run';
/** A folder without a note is one whose maker died right after mkdir, or is at it just now. */
const YOUNG_MS = 600_000;

interface Note {
  readonly owner: {
    readonly machineId: string;
    readonly bootId: string;
    pid: number;
    startTime: string;
  };
  readonly alias: string | null;
  readonly child: ChildRecord | null;
}

export interface RunFolder {
  /** Short and without blanks, fit to stand unquoted in arguments. */
  readonly path: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Notes the child, so that a later start knows whether the folder is still in use. */
  note(child: ChildRecord): Promise<void>;
  remove(): Promise<void>;
}

/** A private folder (0700) for one run. */
export async function createRunFolder(runDir: string): Promise<RunFolder> {
  await mkdir(runDir, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(resolve(runDir), PREFIX));
  const alias = fits(folder) ? null : await mkdtemp(join(tmpdir(), ALIAS_PREFIX));
  const path = alias === null ? folder : join(alias, ALIAS);
  const owner = {
    ...hostIdentity(),
    pid: process.pid,
    startTime: processStartTime(process.pid) ?? '',
  };
  const put = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
  const putNote = (note: Note) => put('note.json', JSON.stringify(note));
  await putNote({ owner, alias, child: null });
  if (alias !== null) await symlink(folder, path);
  // Control sockets and Ansible's own scratch files.
  await mkdir(join(folder, 'cp'), { mode: 0o700 });
  await mkdir(join(folder, 'tmp'), { mode: 0o700 });
  return {
    path,
    async write(files) {
      for (const [name, text] of Object.entries(files)) await put(name, text);
    },
    note: (child) => putNote({ owner, alias, child }),
    remove: () => removeFolder(folder, alias),
  };
}

const fits = (path: string): boolean =>
  path.length <= LONGEST_PATH && /^[A-Za-z0-9_./-]+$/.test(path);

async function removeFolder(folder: string, alias: string | null): Promise<void> {
  await endMasters(alias === null ? [folder] : [folder, join(alias, ALIAS)]);
  // The folder with the secrets first.
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const ours =
    alias !== null && basename(alias).startsWith(ALIAS_PREFIX) && dirname(alias) === tmpdir();
  if (ours) await rm(alias, { recursive: true, force: true });
}

/** Removes the folders of runs whose owner and child are both gone; `only` limits it to one child. */
export async function sweepRunFolders(runDir: string, only?: ChildRecord): Promise<number> {
  const names = await readdir(runDir).catch(() => []);
  let removed = 0;
  for (const name of names.filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(resolve(runDir), name);
    const note = await readNote(folder);
    const wanted = only === undefined ? await isAbandoned(folder, note) : isOf(note, only);
    if (!wanted) continue;
    await removeFolder(folder, note?.alias ?? null);
    removed++;
  }
  return removed;
}

async function readNote(folder: string): Promise<Note | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'note.json'), 'utf8')) as Note;
  } catch {
    return null;
  }
}

async function isAbandoned(folder: string, note: Note | null): Promise<boolean> {
  if (note === null) {
    const made = await stat(folder).catch(() => null);
    return made !== null && Date.now() - made.mtimeMs > YOUNG_MS;
  }
  const here = hostIdentity();
  if (note.owner.machineId !== here.machineId) {
    // Another machine's run on shared storage: over only when its child must have ended by itself.
    return note.child !== null && Date.parse(note.child.endsAt) < Date.now();
  }
  if (note.owner.bootId !== here.bootId) return true;
  const ownerLives = processStartTime(note.owner.pid) === note.owner.startTime;
  return !ownerLives && (note.child === null || childMembers(note.child).length === 0);
}

function isOf(note: Note | null, child: ChildRecord): boolean {
  const mine = note?.child;
  return (
    mine?.machineId === child.machineId &&
    mine.pgid === child.pgid &&
    mine.startTime === child.startTime &&
    mine.endsAt === child.endsAt
  );
}
