/** The import boundaries are only as good as the linter's configuration, which can match nothing and stay green. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

it('catches every planted import and console line that the layout forbids, and lets every allowed one pass (LG-01)', () => {
  const script = path.resolve(import.meta.dirname, '../tools/check-boundaries.ts');
  const output = execFileSync(process.execPath, [script], { encoding: 'utf8' });
  expect(output).toMatch(/^[23]\d\d violations planted, \d{2,3} allowed imports, 0 wrong verdicts$/m);
});
