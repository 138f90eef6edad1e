/** What is wrong with a questionnaire, in the order of its text: where, and what to do about it. */
import type { JudgedProblem } from '../../domain/intake/judge-questionnaire.ts';
import { lineOf } from '../scan-json.ts';
import { Chip } from './layout.tsx';
import { plainDetail } from './questionnaire-labels.ts';

interface ProblemsView {
  readonly problems: readonly JudgedProblem[];
  /** Of the text it was read from, where that is there to be corrected. */
  readonly lines?: ReadonlyMap<string, number> | null;
}

export const Problems = ({ problems, lines = null }: ProblemsView) => {
  if (problems.length === 0) return null;
  const errors = problems.filter(({ level }) => level === 'error').length;
  const placed = problems.map((problem) => ({ problem, line: lines === null ? null : lineOf(lines, problem.pointer) }));
  return (
    <section class="problems" aria-label="Problems">
      <p>
        {errors === 0
          ? 'Nothing stands in the way. Look at these again:'
          : `${errors === 1 ? 'One thing has' : `${errors} things have`} to be corrected before it can be approved:`}
      </p>
      <ol>
        {placed
          .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
          .map(({ problem: { pointer, level, detail }, line }) => (
            <li>
              <Chip tone={level === 'error' ? 'bad' : 'warn'}>{level === 'error' ? 'Correct' : 'Look again'}</Chip>{' '}
              {line === null ? null : (
                <button type="button" class="plain" data-goto-line={String(line)}>
                  {`Line ${line}`}
                </button>
              )}{' '}
              <span class="problem-text">{plainDetail(detail)}</span> <code class="item-id">{pointer}</code>
            </li>
          ))}
      </ol>
    </section>
  );
};
