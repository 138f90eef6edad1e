/** The work behind the scenes: what was given up waits here for a person. Ids and codes, nothing of a patient. */
import type { Job, JobStatus } from '../../store/jobs.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { JOB_LABELS, readable } from './labels.ts';
import { Outcome } from './layout.tsx';
import { Press } from './press.tsx';
import type { Viewer } from './viewer.ts';

export interface JobList {
  readonly jobs: readonly Job[];
  readonly status: JobStatus;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

/** The query of a page of the list. */
export function jobsQuery(status: JobStatus, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (status !== 'dead') parameters.set('status', status);
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

export const JobsFragment = (list: JobList) => (
  <div
    id="jobs"
    hx-get={`/dashboard/fragments/jobs${jobsQuery(list.status, list.cursor)}`}
    hx-trigger="every 15s"
    hx-swap="outerHTML"
    hx-sync="this:drop"
  >
    {list.jobs.length === 0 ? <p class="empty">{emptyText(list)}</p> : <Table list={list} />}
    <Paging list={list} />
  </div>
);

export const JobsAnswer = ({ list, outcome }: { list: JobList; outcome?: string }) => (
  <>
    <JobsFragment {...list} />
    {outcome === undefined ? null : <Outcome text={outcome} />}
  </>
);

const EMPTY: Readonly<Record<JobStatus, string>> = {
  dead: 'Nothing was given up. Work that fails is tried again by itself; what fails for a day comes here.',
  waiting: 'Nothing is waiting.',
  done: 'Nothing has been done yet.',
};
const emptyText = ({ status, cursor }: JobList): string => (cursor === null ? EMPTY[status] : 'There is no more.');

const Table = ({ list: { jobs, clock, status, viewer, cursor } }: { list: JobList }) => (
  <table class="worklist joblist">
    <caption class="visually-hidden">{`Background work. Times are ${clock.zoneName}.`}</caption>
    <thead>
      <tr>
        <th scope="col">Work</th>
        <th scope="col">{status === 'dead' ? 'Why' : 'Last try'}</th>
        <th scope="col">Tries</th>
        <th scope="col">{`${status === 'waiting' ? 'Next try' : 'Ended'} (${clock.zoneName})`}</th>
        <th scope="col">
          <span class="visually-hidden">What to do with it</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {jobs.map((job) => (
        <tr id={`job-${job.id}`} tabindex={-1}>
          <th scope="row" class="cell-task">
            <strong>{JOB_LABELS[job.kind]}</strong>
            <small class="task-text">
              {job.callId !== null && viewer.seesCalls ? (
                <a id={`link-${job.id}`} href={`/dashboard/calls/${job.callId}`}>
                  The call
                </a>
              ) : job.subject === 'all' ? null : (
                <code>{job.subject}</code>
              )}
            </small>
          </th>
          <td class="cell-why">{job.code === null ? <span class="absent">—</span> : readable(job.code)}</td>
          <td class="cell-tries">
            {job.attempts}
            <span class="on-phone">{job.attempts === 1 ? ' try' : ' tries'}</span>
          </td>
          <td class="cell-due">
            <Moment at={status === 'waiting' ? job.dueAt : job.endedAt} clock={clock} />
          </td>
          <td class="cell-actions">
            {status === 'dead' && viewer.runsWork ? <Buttons job={job} query={jobsQuery(status, cursor)} /> : null}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

export const PUT_AWAY = {
  question: 'Put this away without doing it? It moves to “Done”, with the reason it failed.',
  words: 'Put away',
} as const;

const Buttons = ({ job, query }: { job: Job; query: string }) => {
  const about = <span class="visually-hidden">{` ${JOB_LABELS[job.kind]}, ${job.subject}`}</span>;
  return (
    <div class="task-actions">
      <Press id={`again-${job.id}`} action={`/dashboard/jobs/${job.id}/retry${query}`} target="#jobs">
        Send again{about}
      </Press>
      <Press
        id={`dismiss-${job.id}`}
        action={`/dashboard/jobs/${job.id}/dismiss${query}`}
        target="#jobs"
        tone="secondary outline"
        confirm={PUT_AWAY.question}
      >
        {PUT_AWAY.words}
        {about}
      </Press>
    </div>
  );
};

const Paging = ({ list: { status, cursor, nextCursor } }: { list: JobList }) => {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`/dashboard/jobs${jobsQuery(status, null)}`}>First page</a>}
      {nextCursor === null ? null : (
        <a id="more" href={`/dashboard/jobs${jobsQuery(status, nextCursor)}`} rel="next">
          More
        </a>
      )}
    </nav>
  );
};
