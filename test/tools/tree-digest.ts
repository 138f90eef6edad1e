/** Which tree a report is about: a digest of everything that tests read, committed or not. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const READ = ['src/**/*', 'test/**/*', 'migrations/**/*', 'package.json', 'package-lock.json', 'wrangler.toml'];

export function treeDigest(): string {
  const digest = createHash('sha256');
  const entries = globSync(READ, { cwd: ROOT, withFileTypes: true, exclude: (entry) => isOutput(entry) });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of files.toSorted()) {
    digest.update(`${path.relative(ROOT, file)}\n`);
    digest.update(readFileSync(file));
  }
  return digest.digest('hex').slice(0, 16);
}

/** What tests write is not what they read. */
const isOutput = ({ name }: { name: string }): boolean =>
  name === 'node_modules' || name === 'reports' || name === '.wrangler';
