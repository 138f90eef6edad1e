/** The page of uploaded audio: sending it, the files with what became of each, and everything as a table. */
import type { Config } from '../../env.ts';
import { TRANSCRIPTION_STATUSES, type Transcription, type TranscriptionStatus } from '../../store/transcriptions.ts';
import type { ClinicClock } from './clinic-clock.tsx';
import { TranscriptionForm } from './transcription-form.tsx';
import { TRANSCRIPTION_LABELS, TranscriptionRow } from './transcription-row.tsx';

export interface TranscriptionList {
  readonly items: readonly Transcription[];
  readonly status: TranscriptionStatus | null;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly clock: ClinicClock;
}

/** The query of a page of the list. */
function listQuery(status: TranscriptionStatus | null, cursor: string | null): string {
  const parameters = new URLSearchParams();
  if (status !== null) parameters.set('status', status);
  if (cursor !== null) parameters.set('cursor', cursor);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
const PATH = '/dashboard/transcriptions';

interface PageView {
  readonly list: TranscriptionList;
  readonly config: Config;
  readonly problem: string | null;
}

export const TranscriptionsPage = ({ list, config, problem }: PageView) => (
  <>
    <div class="page-head">
      <h1>Transcribe</h1>
      <nav class="tabs" aria-label="Which files">
        {[null, ...TRANSCRIPTION_STATUSES].map((status) => (
          <a
            class="tab"
            href={`${PATH}${listQuery(status, null)}`}
            aria-current={status === list.status ? 'page' : undefined}
          >
            {status === null ? 'All' : TRANSCRIPTION_LABELS[status]}
          </a>
        ))}
      </nav>
    </div>
    <TranscriptionForm config={config} problem={problem} />
    <div class="uploads-head">
      <h2 id="files">Files</h2>
      <Downloads />
    </div>
    <ul id="uploads" class="uploads" aria-labelledby="files">
      {list.items.map((item) => (
        <TranscriptionRow item={item} clock={list.clock} />
      ))}
    </ul>
    {list.items.length === 0 ? <p class="empty">{emptyText(list)}</p> : null}
    <Paging list={list} />
    <script src="/static/upload.js" defer />
  </>
);

const emptyText = ({ status, cursor }: TranscriptionList): string => {
  if (cursor !== null) return 'There is no more.';
  return status === null
    ? 'No audio has been sent yet. What was said in it will stand here.'
    : `Nothing here is ${TRANSCRIPTION_LABELS[status].toLowerCase()}.`;
};

const Downloads = () => (
  <p class="uploads-out">
    <span class="quiet">Everything as a table:</span>{' '}
    {(['tsv', 'csv', 'json'] as const).map((format) => (
      <>
        <a href={`/api/transcriptions/results?format=${format}`} download>
          {format.toUpperCase()}
        </a>{' '}
      </>
    ))}
  </p>
);

const Paging = ({ list: { status, cursor, nextCursor } }: { list: TranscriptionList }) => {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {cursor === null ? <span /> : <a href={`${PATH}${listQuery(status, null)}`}>First page</a>}
      {nextCursor === null ? null : (
        <a id="more" href={`${PATH}${listQuery(status, nextCursor)}`} rel="next">
          More
        </a>
      )}
    </nav>
  );
};
