/**
 * The slow lane: whole programs, real processes, a real browser. Two files at a time, which mostly wait; the chaos run by
 * itself, because it counts what comes too late. A campaign under chaos takes minutes: `npm run verify:deep`.
 */
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { keepInMemory } from '../support/memory-folder.ts';
import { treeStamp } from '../tools/tree-stamp.ts';
import { LongestFirst } from './longest-first.ts';

const root = path.resolve(import.meta.dirname, '../..');
const CHAOS = 'test/e2e/chaos-calls.test.ts';

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
          exclude: [CHAOS],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'chaos', include: [CHAOS], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
