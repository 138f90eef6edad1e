/** Mutants: none is stale, each leaves a module that parses, and no condition of a guard is without one. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAst } from 'vitest/node';
import { mutated, type WrittenMutant } from '../mutants/mutant.ts';
import { allMutants, derivedFrom, placed, ROOT, withoutEquivalent } from './all-mutants.ts';
import { findConditions } from './find-conditions.ts';
import { uncited } from './run-mutant.ts';

const conditionsOf = (source: string) =>
  findConditions(source, 'a.ts').map(({ name, text, instead }) => [name, text, ...instead]);

describe('the mutants of the project', () => {
  const all = allMutants();

  it('are there for each of the five guards', () => {
    const groups = new Set(all.map(({ group }) => group));
    expect([...groups]).toEqual(expect.arrayContaining(['consent-gate', 'dial-gate', 'verify', 'token', 'roles']));
  });

  it('each change their file, and leave one that parses', () => {
    for (const mutant of all) {
      const source = readFileSync(path.join(ROOT, mutant.file), 'utf8');
      const changed = mutated(source, mutant);
      expect(changed, mutant.id).not.toBe(source);
      expect(() => parseAst(changed, { lang: mutant.file.endsWith('x') ? 'tsx' : 'ts' }), mutant.id).not.toThrow();
    }
  });
});

describe('conditions', () => {
  it('joined by a word are taken out one by one: what is left decides', () => {
    expect(conditionsOf('function f(a, b, c) { if (a && (b || !c)) return 1; }')).toEqual([
      ['f.1', 'a', 'true'],
      ['f.2', 'b', 'false'],
      ['f.3', '!c', 'false'],
    ]);
  });

  it('that are alone are left out of an if, and decided both ways in a choice or a result', () => {
    expect(conditionsOf('const f = (a, b) => { if (a) return b ? 1 : 2; return a === b; };')).toEqual([
      ['f.1', 'a', 'false'],
      ['f.2', 'b', 'true', 'false'],
      ['f.3', 'a === b', 'true', 'false'],
    ]);
  });

  it('are found in what a list is asked, in arguments, and behind types', () => {
    const source = 'const f = (list: A[]) => list.some((a): a is B => a.ok) || g(list.length > 1 as boolean);';
    expect(conditionsOf(source)).toEqual([
      ['f.1', 'list.some((a): a is B => a.ok)', 'false'],
      ['f.2', 'a.ok', 'true', 'false'],
      ['f.3', 'g(list.length > 1 as boolean)', 'false'],
      ['f.4', 'list.length > 1', 'true', 'false'],
    ]);
  });
});

describe('a mutant that nobody keeps', () => {
  const written = { ...{ id: 'x', file: 'a.ts', replace: 'false', ids: [], killers: [] }, find: 'a === b' };
  it.each<[string, WrittenMutant, RegExp]>([
    ['is stale where its text is gone', { ...written, find: 'a === c' }, /stale/],
    ['is refused where its text stands twice', { ...written, find: '=' }, /ambiguous/],
  ])('%s', (_, mutant, message) => {
    expect(() => placed(mutant, 'a === b')).toThrow(message);
    expect(mutated('a === b', placed(written, 'a === b'))).toBe('false');
  });

  it('is refused as an exception when its condition is another by now', () => {
    const guarded = { group: 'verify', file: 'src/a.ts', killers: [] } as const;
    const derived = derivedFrom(guarded, 'const f = (a) => a > 1;');
    expect(withoutEquivalent(derived, [{ id: 'a.f.1.true', text: 'a > 1', because: '' }]).map(({ id }) => id)).toEqual([
      'a.f.1.false',
    ]);
    expect(() => withoutEquivalent(derived, [{ id: 'a.f.1.true', text: 'a > 2', because: '' }])).toThrow(/stale/);
    expect(() => derivedFrom({ ...guarded, functions: ['g'] }, 'const f = (a) => a > 1;')).toThrow(/no condition/);
  });

  it('is killed for a rule only by a test that asserts something and names it', () => {
    const failed = { file: 'a', name: 'holds it (TC-12)', how: 'assertion' } as const;
    expect(uncited(['TC-12', 'TC-1', 'SE-01'], [failed])).toEqual(['TC-1', 'SE-01']);
    expect(uncited(['TC-12'], [{ ...failed, how: 'error' }])).toEqual(['TC-12']);
  });
});
