import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'intake-reports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// Each run starts a process.
vi.setConfig({ testTimeout: 60_000 });

const run = (...words: string[]) =>
  spawnSync(process.execPath, ['test/tools/security-table.ts', ...words], { cwd: root, encoding: 'utf8' });

it('says in one line which reports are missing and how they are made, instead of a table of gaps', () => {
  const none = run('--reports', folder);
  expect([none.status, none.stdout]).toEqual([1, '']);
  const file = (name: string) => path.join(folder, `${name}.json`);
  expect(none.stderr).toBe(
    `Missing: ${file('vitest')}, ${file('e2e')}, ${file('mutants')}. ` +
      'To make: npm test and npm run mutants, or npm run security -- --run for all of it.\n',
  );

  for (const name of ['vitest', 'e2e']) writeFileSync(file(name), '{"testResults":[]}');
  expect(run('--reports', folder, '--json').stderr).toBe(
    `Missing: ${file('mutants')}. To make: npm run mutants, or npm run security -- --run for all of it.\n`,
  );
});

it('prints the table once they are there', () => {
  for (const name of ['vitest', 'e2e']) writeFileSync(path.join(folder, `${name}.json`), '{"testResults":[]}');
  writeFileSync(path.join(folder, 'mutants.json'), '[]');
  const { status, stdout, stderr } = run('--reports', folder);
  expect([status, stderr]).toEqual([1, '']);
  expect(stdout).toMatch(/is of another tree: npm run test:vitest/);
  expect(stdout).toMatch(/\d+ gaps\n$/);
});
