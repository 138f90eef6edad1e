/**
 * Runs the killers of one mutant after the other in one process: Vitest stays up, only the module with the fault is transformed anew.
 * A mutant is killed when a test that passes without it ran and failed; a module that does not load kills nothing.
 */
import path from 'node:path';
import { createVitest, type TestCase, type Vitest } from 'vitest/node';
import type { Killer, Mutant } from '../mutants/mutant.ts';
import { ROOT } from './all-mutants.ts';

export interface FailedTest {
  readonly file: string;
  readonly name: string;
  /** `error`: what is under test threw, which a test noticed too. */
  readonly how: 'assertion' | 'error';
}
export interface MutantResult {
  readonly id: string;
  readonly verdict: 'killed' | 'survived' | 'broken' | 'endless';
  readonly killers: readonly FailedTest[];
  /** Of the ids it names, those that no failed test cites. */
  readonly unproven: readonly string[];
  /** Why it is broken. */
  readonly detail: string | null;
  readonly seconds: number;
}

interface Ran {
  readonly tests: number;
  readonly failed: readonly FailedTest[];
  /** Of a file that did not load. */
  readonly broken: string | null;
}

export async function openRunner() {
  process.env['MUTANT'] = 'none';
  const vitest = await createVitest('test', {
    config: path.join(ROOT, 'test/vitest.config.ts'),
    watch: false,
    maxWorkers: 1,
    reporters: [{}],
    passWithNoTests: true,
  });
  await vitest.standalone();
  const asItIs = new Map<string, Ran>();

  const withoutMutant = async (killer: Killer): Promise<Ran> => {
    const key = JSON.stringify(killer);
    const known = asItIs.get(key);
    if (known !== undefined) return known;
    const ran = await runKiller(vitest, killer);
    asItIs.set(key, ran);
    return ran;
  };

  const run = async (mutant: Mutant): Promise<MutantResult> => {
    const begun = Date.now();
    const result = (
      verdict: MutantResult['verdict'],
      killers: readonly FailedTest[],
      detail: string | null = null,
    ) => ({
      ...{ id: mutant.id, verdict, killers, detail, unproven: uncited(mutant.ids, killers) },
      seconds: (Date.now() - begun) / 1000,
    });
    const killers: FailedTest[] = [];
    for (const killer of mutant.killers) {
      const plain = await withoutMutant(killer);
      if (plain.broken !== null || plain.failed.length > 0)
        return result(
          'broken',
          [],
          `${fileOf(killer)} fails without any mutant: ${plain.broken ?? plain.failed[0]?.name}`,
        );
      if (plain.tests === 0) return result('broken', [], `${fileOf(killer)} has no such test`);
      process.env['MUTANT'] = mutant.id;
      vitest.invalidateFile(path.join(ROOT, mutant.file));
      const ran = await runKiller(vitest, killer);
      process.env['MUTANT'] = 'none';
      vitest.invalidateFile(path.join(ROOT, mutant.file));
      if (ran.broken !== null) return result('broken', killers, ran.broken);
      killers.push(...ran.failed);
      if (killers.length > 0 && uncited(mutant.ids, killers).length === 0) break;
    }
    const isKilled = killers.length > 0 && uncited(mutant.ids, killers).length === 0;
    return result(isKilled ? 'killed' : 'survived', killers);
  };
  return { run, close: () => vitest.close() };
}

/** A rule is shown to be held only by a test that asserts something and names it. */
export const uncited = (ids: readonly string[], failed: readonly FailedTest[]): string[] =>
  ids.filter((id) => !failed.some(({ how, name }) => how === 'assertion' && cites(name, id)));

/** An id is cited when it stands alone: `TC-1` is not in `TC-12`. */
export const cites = (name: string, id: string): boolean => new RegExp(`(?<![\\w-])${id}(?![\\w-])`).test(name);

const fileOf = (killer: Killer): string => (typeof killer === 'string' ? killer : killer.file);

async function runKiller(vitest: Vitest, killer: Killer): Promise<Ran> {
  const file = path.join(ROOT, fileOf(killer));
  if (typeof killer === 'string') vitest.resetGlobalTestNamePattern();
  else vitest.setGlobalTestNamePattern(new RegExp(killer.name));
  const specifications = vitest.projects
    .filter((project) => project.matchesTestGlob(file))
    // Of a file that runs in both lanes Node is enough, and quicker.
    .slice(0, 1)
    .map((project) => project.createSpecification(file));
  vitest.state.filesMap.clear();
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  const modules = testModules.filter(({ moduleId }) => moduleId === file);
  const problem = modules.flatMap((module) => module.errors())[0] ?? unhandledErrors[0];
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const ran = tests.filter((test) => ['passed', 'failed'].includes(test.result().state));
  const failed = ran.filter((test) => test.result().state === 'failed' && !isTimeout(test));
  return {
    tests: ran.length,
    failed: failed.map((test) => ({ file: fileOf(killer), name: test.fullName, how: howItFailed(test) })),
    broken: ran.length === 0 && problem !== undefined ? messageOf(problem) : null,
  };
}

const messageOf = (error: unknown): string => String((error as { message?: unknown }).message ?? error).slice(0, 200);

/** A busy machine is no proof. */
const isTimeout = (test: TestCase): boolean =>
  (test.result().errors ?? []).every(({ message }) => /^(Test|Hook) timed out/.test(message));

/** fast-check says what failed within its own error. */
function howItFailed(test: TestCase): FailedTest['how'] {
  const errors = test.result().errors ?? [];
  const isAssertion = (error: unknown): boolean => {
    const { name, message, cause } = (error ?? {}) as { name?: string; message?: string; cause?: unknown };
    return (
      name === 'AssertionError' || /AssertionError/.test(message ?? '') || (cause !== undefined && isAssertion(cause))
    );
  };
  return errors.some(isAssertion) ? 'assertion' : 'error';
}
