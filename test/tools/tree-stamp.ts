/** Writes beside a report of tests of which tree it is: the one before the first test ran, if it is still the same after the last. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter } from 'vitest/node';
import { treeDigest } from './tree-digest.ts';

export function treeStamp(root: string, name: string): Reporter {
  const file = path.join(root, `test/reports/${name}.tree`);
  let before = '';
  return {
    onInit() {
      rmSync(file, { force: true });
      before = treeDigest();
    },
    onTestRunEnd() {
      if (treeDigest() !== before) return;
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, `${before}\n`);
    },
  };
}
