/** Which tree a report is about: a digest of everything that tests read, committed or not. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const READ = ['src/**/*', 'test/**/*', 'migrations/**/*', 'package.json', 'package-lock.json', 'wrangler.toml'];

/** What tests and builds write is not what they read. */
const OUTPUTS = new Set(['dist', 'node_modules', 'reports', 'screenshots', '.wrangler']);

export function treeDigest(root: string = ROOT): string {
  const digest = createHash('sha256');
  const entries = globSync(READ, { cwd: root, withFileTypes: true, exclude: ({ name }) => OUTPUTS.has(name) });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of files.toSorted()) {
    digest.update(`${path.relative(root, file)}\n`);
    digest.update(readFileSync(file));
  }
  return digest.digest('hex').slice(0, 16);
}
