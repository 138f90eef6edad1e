/** Whether each id of SECURITY.md is shown by something that ran: tests, the tests of other ids, or a runbook; and killed by a mutant. Pure. */
import { citedIn, expectedIds, familyOf, MUTATED, type Row } from './security-ids.ts';

export interface ReportedTest {
  readonly file: string;
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
}
export interface KilledMutant {
  readonly id: string;
  /** The full names of the tests that failed by it. */
  readonly by: readonly string[];
}
export interface Evidence {
  readonly rows: readonly Row[];
  readonly tests: readonly ReportedTest[];
  readonly mutants: readonly KilledMutant[];
  /** By file: its headings. */
  readonly anchors: ReadonlyMap<string, ReadonlySet<string>>;
}
export interface Shown {
  readonly id: string;
  readonly tests: readonly ReportedTest[];
  readonly as: readonly string[];
  readonly runbook: string | null;
  readonly mutant: string | null;
}
export interface Gap {
  readonly id: string;
  readonly gap: string;
}

export function judgeEvidence({ rows, tests, mutants, anchors }: Evidence): { shown: Shown[]; gaps: Gap[] } {
  const gaps: Gap[] = [];
  const add = (id: string, gap: string) => gaps.push({ id, gap });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const citing = Map.groupBy(
    tests.flatMap((test) => citedIn(test.name).map((id) => ({ id, test }))),
    ({ id }) => id,
  );
  const testsOf = (id: string) => (citing.get(id) ?? []).map(({ test }) => test);
  const passedOf = (id: string) => testsOf(id).filter(({ status }) => status === 'passed');
  const mutantOf = (id: string) => mutants.find(({ by }) => by.some((name) => citedIn(name).includes(id)))?.id ?? null;

  for (const id of expectedIds()) if (!byId.has(id)) add(id, 'has no row in SECURITY.md');
  for (const [id, same] of Map.groupBy(rows, (row) => row.id))
    if (same.length > 1) add(id, `has ${same.length} rows in SECURITY.md`);
  for (const [id, cited] of citing)
    if (!byId.has(id)) add(id, `is cited by "${cited[0]?.test.name}", and has no row in SECURITY.md`);

  const shown = [...byId.values()].map((row): Shown => {
    const { id, as, runbook } = row;
    const say = (gap: string) => add(id, gap);
    if (row.unreadable !== null) say(`is shown by "${row.unreadable}", which nobody can look up`);
    for (const { name, status } of testsOf(id)) if (status !== 'passed') say(`a test of it ${status}: ${name}`);
    if (row.isByTests && passedOf(id).length === 0) say('no test that cites it passed');
    for (const other of as) {
      if (!byId.has(other)) say(`refers to ${other}, which has no row`);
      else if (!endsInTests(other, byId, passedOf, [id])) say(`refers to ${other}, which ends in no test`);
    }
    if (runbook !== null && !isHeading(runbook.target, anchors)) say(`links to ${runbook.target}, which is nowhere`);
    const mutant = mutantOf(id);
    const isMutated = MUTATED.includes(familyOf(id)) && passedOf(id).length > 0;
    if (isMutated && mutant === null) say('no mutant makes a test of it fail');
    return { id, tests: passedOf(id), as, runbook: runbook?.title ?? null, mutant };
  });
  return { shown, gaps };
}

/** Along the references, each id once: a circle ends nowhere. */
function endsInTests(
  id: string,
  rows: ReadonlyMap<string, Row>,
  passedOf: (id: string) => readonly ReportedTest[],
  before: readonly string[],
): boolean {
  const row = rows.get(id);
  if (row === undefined || before.includes(id)) return false;
  if (row.isByTests) return passedOf(id).length > 0;
  return row.as.length > 0 && row.as.every((other) => endsInTests(other, rows, passedOf, [...before, id]));
}

function isHeading(target: string, anchors: Evidence['anchors']): boolean {
  const [file = '', anchor = ''] = target.split('#');
  return anchors.get(file === '' ? 'SECURITY.md' : file.replace(/^\.\//, ''))?.has(anchor) ?? false;
}
