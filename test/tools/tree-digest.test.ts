/** A report stays a report of this tree whatever the run that made it has written beside it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { treeDigest } from './tree-digest.ts';

let root: string;
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'tree-'));
  write('src/index.ts', 'export {};');
});
afterEach(() => rmSync(root, { recursive: true }));

it.each(['test/screenshots/call.png', 'test/reports/e2e.json', 'src/verify/dist/index.js', 'node_modules/a/a.js'])(
  'is of no other tree by %s, which a run wrote',
  (file) => {
    const before = treeDigest(root);
    write(file, 'written by a run');
    expect(treeDigest(root)).toBe(before);
  },
);

it.each([
  ['src/index.ts', 'export const more = 1;'],
  ['test/more.test.ts', 'a test more'],
  ['migrations/0001.sql', 'a table more'],
])('is of another tree by %s', (file, text) => {
  const before = treeDigest(root);
  write(file, text);
  expect(treeDigest(root)).not.toBe(before);
});
