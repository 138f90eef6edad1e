/** README and SECURITY.md: what they point to exists, and the variables they list are those the worker reads. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe.each(['README.md', 'SECURITY.md', 'src/telnyx-webhook-verify/README.md'])('%s', (file) => {
  it('links only to files that exist', () => {
    const links = [...read(file).matchAll(/\]\(([^)#\s]+)\)/g)].map(([, link]) => link ?? '');
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !existsSync(path.join(root, path.dirname(file), link)))).toEqual([]);
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

it('every rule of calling has a test under its id, or SECURITY.md says whose duty it is', () => {
  const titles = globSync('test/**/*.test.ts', { cwd: root })
    .filter((file) => !file.endsWith('documents.test.ts'))
    .map((file) => read(file))
    .join('\n');
  const security = read('SECURITY.md');
  const rules = Array.from({ length: 27 }, (_, i) => `TC-${String(i + 1).padStart(2, '0')}`);
  expect(rules.filter((id) => !titles.includes(id) && !security.includes(id))).toEqual([]);
});
