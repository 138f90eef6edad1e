/** HS-26: nobody in this repository is real. Numbers are those kept for fiction or no number at all, addresses are of `.example`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { usNumber } from '../../src/us-number.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** What is tracked, and what soon will be. Generated tables and the lockfile hold numbers that are none. */
const OTHER =
  /package-lock\.json$|\.min\.(js|css)$|\.(jpg|png|wav|mp3)$|\/(area-codes|holidays)\.ts$|migrations\/meta\//;
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((file) => file !== '' && !OTHER.test(file));
const found = (pattern: RegExp) =>
  files.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(pattern)].map(([match]) => ({ file, match })),
  );

it('no telephone number in code, tests or documents can be anybody’s (HS-26)', () => {
  const written = found(/\+1[2-9]\d{9}\b|(?<![\d.-])\(?[2-9]\d{2}\)?[-. ][2-9]\d{2}[-. ]\d{4}(?![\d-])/g);
  expect(written.length).toBeGreaterThan(100);
  const real = written.filter(({ match }) => {
    const number = `+1${match.replaceAll(/\D/g, '').slice(-10)}`;
    return !/^\+1\d{3}55501\d{2}$/.test(number) && usNumber(number) !== null;
  });
  expect(real).toEqual([]);
});

it('no e-mail address in code, tests or documents can be anybody’s (HS-26)', () => {
  const written = found(/(?<!:\/\/[^\s]*)\b[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}/gi);
  expect(written.length).toBeGreaterThan(20);
  expect(written.filter(({ match }) => !/@(?:[\w-]+\.)*example(?:\.com|\.org|\.net)?$/i.test(match))).toEqual([]);
});
