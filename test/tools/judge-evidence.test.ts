/** The security table: complete where all is shown, and a gap of every kind is said where one was planted. */
import { describe, expect, it } from 'vitest';
import { type Evidence, judgeEvidence, type ReportedTest } from './judge-evidence.ts';
import { anchorsOf, citedIn, expectedIds, readRows } from './security-ids.ts';

const runbook = '[Stop](#stop)';
const row = (id: string, shown: string) => `| ${id} | a rule | an answer | ${shown} |`;
const passed = (id: string): ReportedTest => ({
  ...{ file: 'test/a.test.ts', name: `holds it (${id})`, status: 'passed' as const },
});
/** Everything is there: each id by a test of its own. */
const ids = [...expectedIds(), 'S1-V1', 'S2-M1'];
const documentOf = (changes: Readonly<Record<string, string | null>> = {}) =>
  ids
    .flatMap((id) => (changes[id] === null ? [] : [row(id, changes[id] ?? 'tests')]))
    .concat('## Stop')
    .join('\n');
function gapsOf(
  changes: Readonly<Record<string, string | null>>,
  more: Partial<Evidence> = {},
): readonly { id: string; gap: string }[] {
  const document = documentOf(changes);
  const tests = ids.map(passed);
  return judgeEvidence({
    rows: readRows(document),
    tests,
    mutants: ids.map((id) => ({ id: `m-${id}`, by: [`holds it (${id})`] })),
    anchors: new Map([['SECURITY.md', anchorsOf(document)]]),
    ...more,
  }).gaps;
}
const without = (id: string) => ({ tests: ids.filter((each) => each !== id).map(passed) });

describe('no gap', () => {
  it.each<[string, Readonly<Record<string, string>>, Partial<Evidence>]>([
    ['each id has a test and a mutant', {}, {}],
    ['one is shown by the tests of another', { 'CL-03': 'as SE-01, HS-11' }, without('CL-03')],
    ['one is shown by way of two others', { 'CL-03': 'as CL-04', 'CL-04': 'as SE-01' }, without('CL-03')],
    ['one has a runbook', { 'HS-23': `runbook: ${runbook}` }, without('HS-23')],
    ['one has tests and a runbook', { 'HS-23': `tests; runbook: ${runbook}` }, {}],
  ])('where %s', (_, changes, more) => {
    expect(gapsOf(changes, more)).toEqual([]);
  });
});

describe('a gap', () => {
  it.each<[string, Readonly<Record<string, string | null>>, Partial<Evidence>, { id: string; gap: RegExp }]>([
    ['an id without a row', { 'TC-14': null }, without('TC-14'), { id: 'TC-14', gap: /no row/ }],
    ['a row that says something else', { 'TC-14': 'see above' }, {}, { id: 'TC-14', gap: /nobody can look up/ }],
    ['no test that cites it', {}, without('LG-05'), { id: 'LG-05', gap: /no test that cites it/ }],
    ['a reference to nothing', { 'CL-03': 'as S1-V9' }, {}, { id: 'CL-03', gap: /has no row/ }],
    [
      'a reference to what has a runbook alone',
      { 'CL-03': 'as HS-23', 'HS-23': `runbook: ${runbook}` },
      {},
      { id: 'CL-03', gap: /ends in no test/ },
    ],
    ['a circle', { 'CL-03': 'as CL-04', 'CL-04': 'as CL-03' }, {}, { id: 'CL-03', gap: /ends in no test/ }],
    ['a link to nowhere', { 'HS-23': 'runbook: [Gone](#gone)' }, {}, { id: 'HS-23', gap: /nowhere/ }],
    ['a link to another document', { 'HS-23': 'runbook: [A](NOTES.md#stop)' }, {}, { id: 'HS-23', gap: /nowhere/ }],
    ['no mutant', {}, { mutants: [] }, { id: 'SE-01', gap: /no mutant/ }],
  ])('is %s', (_, changes, more, { id, gap }) => {
    expect(gapsOf(changes, more)).toContainEqual({ id, gap: expect.stringMatching(gap) });
  });

  it.each(['failed', 'skipped'] as const)('is a test that %s, though another passed', (status) => {
    const tests = [...ids.map(passed), { ...passed('SE-12'), status }];
    expect(gapsOf({}, { tests })).toEqual([{ id: 'SE-12', gap: expect.stringContaining(status) }]);
  });

  it('is a row that is there twice', () => {
    const rows = readRows(`${documentOf()}\n${row('SE-01', 'tests')}`);
    expect(gapsOf({}, { rows })).toEqual([{ id: 'SE-01', gap: expect.stringContaining('2 rows') }]);
  });

  it('is an id that a test cites and nobody explains', () => {
    const gaps = gapsOf({}, { tests: [...ids.map(passed), passed('S1-Q7')] });
    expect(gaps).toEqual([{ id: 'S1-Q7', gap: expect.stringContaining('no row') }]);
  });
});

describe('what is read', () => {
  it('of a name are its ids, and no part of another word', () => {
    expect(citedIn('refuses it (SE-08, T02), S2-V10 and TC-1, not XSE-08 or T021')).toEqual(['SE-08', 'T02', 'S2-V10']);
  });

  it('of a document are rows of one id, whatever the other cells hold', () => {
    expect(readRows('| SE-01, SE-02 | x | tests |\n| SE-03 | `a \\| b` | tests |\n| id | x | tests |')).toEqual([
      { id: 'SE-03', isByTests: true, as: [], runbook: null, unreadable: null },
    ]);
  });

  it('of headings are the anchors GitHub makes', () => {
    expect([...anchorsOf('## Stop everything: now!\n\n### A breach (HS-23)')]).toEqual([
      'stop-everything-now',
      'a-breach-hs-23',
    ]);
  });
});
