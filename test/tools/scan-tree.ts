/** Every file that git tracks, read for secrets and for people. Pictures are not read; the lockfile's checksums are no numbers. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findPeople } from './find-people.ts';
import { type Finding, findSecrets, isSecretFile } from './find-secrets.ts';

const PICTURE = /\.(jpg|png|ico|woff2?)$/;

export async function scanTree(root: string): Promise<{ readonly files: number; readonly found: readonly Finding[] }> {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file)));
  const found: Finding[] = files.filter(isSecretFile).map((file) => ({ file, line: 1, rule: 'a file of secrets' }));
  for (const file of files) {
    if (PICTURE.test(file)) continue;
    const text = readFileSync(path.join(root, file), 'utf8');
    found.push(...(await findSecrets(file, text)));
    if (path.basename(file) !== 'package-lock.json') found.push(...findPeople(file, text));
  }
  return { files: files.length, found };
}
