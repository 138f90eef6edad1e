/** The page around the work behind the scenes, with what the doctor finds above it. */
import type { Finding } from '../../domain/doctor/finding.ts';
import { type JobList, JobsFragment, jobsQuery } from './jobs-fragment.tsx';
import { JOB_STATUS_LABELS } from './labels.ts';
import { Said } from './said.tsx';

const TABS = ['dead', 'waiting', 'done'] as const;

interface JobsPageView {
  readonly list: JobList;
  readonly findings: readonly Finding[];
  /** Of what was asked without a script. */
  readonly outcome: string | null;
}

export const JobsPage = ({ list, findings, outcome }: JobsPageView) => (
  <>
    <div class="page-head">
      <h1>Background work</h1>
      <nav class="tabs" aria-label="Which work">
        {TABS.map((status) => (
          <a
            class="tab"
            href={`/dashboard/jobs${jobsQuery(status, null)}`}
            aria-current={status === list.status ? 'page' : undefined}
          >
            {JOB_STATUS_LABELS[status]}
          </a>
        ))}
      </nav>
    </div>
    <Said outcome={outcome} />
    {findings
      .filter(({ level }) => level !== 'ok')
      .map(({ level, detail, remedy }) => (
        <p class={`notice ${level === 'fault' ? 'notice-bad' : 'notice-warn'}`}>
          <strong>{detail}</strong> {remedy}
        </p>
      ))}
    <JobsFragment {...list} />
  </>
);
