/** Which of the files somebody named can be audio. By their names alone: the service looks at what is in them. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { usageError } from './exit-codes.ts';

/** What the service takes, and other names for it. */
const AUDIO = new Set([
  ...['.mp3', '.wav', '.m4a', '.mp4', '.ogg', '.oga', '.opus', '.flac', '.webm', '.aac', '.amr'],
  ...['.mpga', '.mpeg', '.wave'],
]);

export interface FoundFiles {
  readonly audio: readonly string[];
  readonly skipped: readonly string[];
}

/** Folders are looked into, their folders only when asked. What begins with a dot was not meant. */
export function audioFiles(given: readonly string[], isRecursive: boolean): FoundFiles {
  const files = given.flatMap((name) => filesOf(name, isRecursive));
  const isAudio = (file: string) => AUDIO.has(path.extname(file).toLowerCase());
  return { audio: files.filter(isAudio), skipped: files.filter((file) => !isAudio(file)) };
}

function filesOf(name: string, isRecursive: boolean): string[] {
  const found = statSync(name, { throwIfNoEntry: false });
  if (found === undefined) throw usageError(`${name} is not there.`);
  if (!found.isDirectory()) return [name];
  return readdirSync(name, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      const inside = path.join(name, entry.name);
      if (entry.isDirectory()) return isRecursive ? filesOf(inside, true) : [];
      return [inside];
    });
}
