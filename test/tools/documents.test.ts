/** README and SECURITY.md: what they point to exists, and the variables they list are those the worker reads. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { messageAndReply } from '../../src/domain/intake/message-and-reply.ts';
import { ITEM_CODE_SYSTEM } from '../../src/domain/intake/questionnaire.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** As GitHub makes them of headings. */
const anchorsOf = (file: string) =>
  new Set(
    [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

describe.each(['README.md', 'SECURITY.md', 'src/telnyx-webhook-verify/README.md'])('%s', (file) => {
  it('links only to files that exist', () => {
    const links = [...read(file).matchAll(/\]\(([^)#\s]+)\)/g)].map(([, link]) => link ?? '');
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !existsSync(path.join(root, path.dirname(file), link)))).toEqual([]);
  });

  it('links only to headings that exist', () => {
    const links = [...read(file).matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)];
    const broken = links.filter(([, to = '', anchor = '']) => {
      if (/^https?:/.test(to)) return false;
      const target = to === '' ? file : path.join(path.dirname(file), to);
      return !anchorsOf(target).has(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('names only npm scripts that exist (S1-I8)', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read(file).matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it('README.md lists exactly the variables that env.ts reads', () => {
  const source = read('src/env.ts');
  const names = (list: string) =>
    [...(new RegExp(`const ${list} = \\[([^\\]]+)\\]`).exec(source)?.[1] ?? '').matchAll(/'([A-Z_]+)'/g)].map(
      ([, name]) => name,
    );
  const listed = [...read('README.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
  expect(names('REQUIRED').length).toBeGreaterThan(10);
  expect(listed.toSorted()).toEqual([...names('REQUIRED'), ...names('OPTIONAL')].toSorted());
});

it('the example of .dev.vars names every required variable', () => {
  const source = read('src/env.ts');
  const required = [...(/const REQUIRED = \[([^\]]+)\]/.exec(source)?.[1] ?? '').matchAll(/'([A-Z_]+)'/g)].map(
    ([, name]) => name,
  );
  expect(required.filter((name) => !new RegExp(`^${name}=`, 'm').test(read('.dev.vars.example')))).toEqual([]);
});

describe('the rows of SECURITY.md', () => {
  const FAMILIES = {
    ...{ 'TC-': 27, 'HS-': 26, 'RC-': 10, 'LG-': 10, 'SE-': 31, 'CL-': 24, 'FH-': 7, T: 26 },
    ...{ 'S1-V': 3, 'S1-A': 4, 'S1-D': 5, 'S1-N': 4, 'S1-U': 3, 'S1-G': 4, 'S1-H': 5, 'S1-R': 15, 'S1-K': 16 },
    ...{ 'S1-X': 5, 'S1-T': 10, 'S1-J': 7, 'S1-M': 20 },
    ...{ 'S1-E': 17, 'S1-W': 8, 'S1-F': 17, 'S1-P': 8, 'S1-C': 12, 'S1-I': 8, 'S1-Q': 6 },
    ...{ 'S2-V': 16, 'S2-R': 7, 'S2-T': 5, 'S2-J': 1, 'S2-L': 9, 'S2-E': 10, 'S2-P': 5, 'S2-C': 3, 'S2-F': 8 },
  };
  /** Two digits where the family writes them so. */
  const isLong = (family: string) => /^(.*-|T|S1-[EF]|S2-E)$/.test(family);
  const ids = Object.entries(FAMILIES).flatMap(([family, count]) =>
    Array.from({ length: count }, (_, i) => `${family}${String(i + 1).padStart(isLong(family) ? 2 : 1, '0')}`),
  );
  const rows = [...read('SECURITY.md').matchAll(/^\| *([A-Z0-9-]+) +\|.*\| *([^|]*?) *\|$/gm)]
    .map(([, id = '', shownBy = '']) => ({ id, shownBy }))
    .filter(({ id }) => /^(?:(?:TC|HS|RC|LG|SE|CL|FH)-\d+|T\d+|S\d-[A-Z]\d+)$/.test(id));
  const shownBy = new Map(rows.map((row) => [row.id, row.shownBy]));

  it('are one for each rule, threat, claim, box and feature, and none for anything else', () => {
    expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('say by what they are shown: tests, those of other ids, a runbook that is there', () => {
    const RUNBOOK = /^runbook: \[[^\]]+\]\((?:README\.md)?#[^)]+\)$/;
    const isOne = (cell: string) =>
      cell === 'tests' || RUNBOOK.test(cell.replace(/^tests; /, '')) || /^as [A-Z0-9-]+(, [A-Z0-9-]+)*$/.test(cell);
    expect(rows.filter((row) => !isOne(row.shownBy))).toEqual([]);
  });

  it('that lean on others lean on such as have tests of their own', () => {
    const leaning = rows.filter((row) => row.shownBy.startsWith('as '));
    expect(leaning.length).toBeGreaterThan(20);
    const loose = leaning.flatMap(({ id, shownBy: cell }) =>
      cell
        .slice(3)
        .split(', ')
        .map((other) => `${id} as ${other}: ${shownBy.get(other) ?? 'no such row'}`),
    );
    expect(loose.filter((each) => !/: tests(; |$)/.test(each))).toEqual([]);
  });
});

it('SECURITY.md says of each secret what it opens and what to do if it leaks (SE-28)', () => {
  const secrets = [...read('README.md').matchAll(/^\| `([A-Z_]+)`\\\*/gm)].map(([, name]) => name);
  expect(secrets.length).toBeGreaterThan(4);
  const [, section = ''] = read('SECURITY.md').split('\n## Secrets');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual(secrets.toSorted());
});

it('SECURITY.md writes down that uploads are not scanned, as a risk that was accepted, and why (SE-25)', () => {
  const [, section = ''] = read('SECURITY.md').split('## What is not covered');
  expect(section.split('\n## ')[0]).toMatch(/not scanned for malware \(SE-25\), an accepted risk/);
});

it('README has the notice of each foreign code system that the shipped questions name (FH-07)', () => {
  const systems = new Set(
    [adultIntake, messageAndReply].flatMap(({ items }) =>
      items.flatMap(({ codes = [] }) => codes.map((code) => code.system)),
    ),
  );
  systems.delete(ITEM_CODE_SYSTEM);
  expect([...systems].toSorted()).toEqual(['http://loinc.org', 'http://snomed.info/sct']);
  const [, notices = ''] = read('README.md').split('## Code systems');
  expect(notices).toMatch(/LOINC.*copyright.*Regenstrief\s+Institute/s);
  expect(notices).toMatch(/SNOMED CT.*copyright.*SNOMED International/s);
});
