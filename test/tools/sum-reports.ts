/** Sums what the test runners reported of themselves, and prints `N passed, N failed`. Exits 1 unless all is there and green. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const reports = path.resolve(import.meta.dirname, '../reports');
let passed = 0;
let failed = 0;
for (const name of ['vitest.json', 'e2e.json']) {
  const file = path.join(reports, name);
  if (!existsSync(file)) {
    failed += 1;
    process.stdout.write(`no report ${name}: that lane did not run\n`);
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numFailedTestSuites: number;
    success: boolean;
  };
  passed += report.numPassedTests;
  // A suite that failed to load has no failed test of its own.
  failed += Math.max(report.numFailedTests, report.success ? 0 : 1);
}
/** Commands judged by their exit code: `name=passed` or `name=failed`. */
for (const argument of process.argv.slice(2)) {
  const [, verdict] = argument.split('=');
  if (verdict === 'passed') passed += 1;
  else failed += 1;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
