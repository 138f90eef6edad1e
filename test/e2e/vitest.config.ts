/**
 * The slow lane: whole programs, real processes, a real browser. Three files at a time on two cores, because they mostly wait; and then
 * the two that judge how soon things come, with nobody but each other. A campaign under chaos takes minutes: `npm run verify:deep`.
 */
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { keepInMemory } from '../support/memory-folder.ts';
import { treeStamp } from '../tools/tree-stamp.ts';
import { LongestFirst } from './longest-first.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** One counts what comes too late, the other has a minute and a half for everything. */
const BY_THE_CLOCK = ['test/e2e/chaos-calls.test.ts', 'test/e2e/start-once.test.ts'];

keepInMemory();

export default defineConfig({
  root,
  test: {
    environment: 'node',
    globalSetup: 'test/e2e/bundle-once.ts',
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: path.join(root, 'test/reports/e2e.json') }], treeStamp(root, 'e2e')],
    projects: [
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: BY_THE_CLOCK,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'clock', include: BY_THE_CLOCK, maxWorkers: 2, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
