/** One uploaded file in the list: where it stands, what was said once it is known, and what can be done. While it is under way it asks again. */
import { languageName } from '../../domain/transcription/transcript.ts';
import type { Transcription, TranscriptionStatus } from '../../store/transcriptions.ts';
import { whatToDo, whyNot } from '../transcription-words.ts';
import { type ClinicClock, Moment, spokenLength } from './clinic-clock.tsx';
import type { Tone } from './labels.ts';
import { Chip, Outcome } from './layout.tsx';

export const TRANSCRIPTION_LABELS: Readonly<Record<TranscriptionStatus, string>> = {
  queued: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
};
const TONES: Readonly<Record<TranscriptionStatus, Tone>> = {
  queued: 'calm',
  running: 'live',
  done: 'good',
  failed: 'bad',
};

export interface RowView {
  readonly item: Transcription;
  readonly clock: ClinicClock;
}

export const pathOf = ({ id }: Pick<Transcription, 'id'>): string => `/dashboard/transcriptions/${id}`;
/** A file whose key is gone has no name any more. */
export const shownName = ({ fileName }: Pick<Transcription, 'fileName'>): string =>
  fileName ?? 'A file that does not open';

const POLLING = { 'hx-trigger': 'every 2s', 'hx-swap': 'outerHTML', 'hx-sync': 'this:drop' } as const;

export const TranscriptionRow = ({ item, clock }: RowView) => {
  const isUnderWay = item.status === 'queued' || item.status === 'running';
  const asksAgain = isUnderWay ? { 'hx-get': `/dashboard/fragments/transcriptions/${item.id}`, ...POLLING } : {};
  return (
    <li id={item.id} class="upload" {...asksAgain}>
      <div class="upload-head">
        <a class="upload-name" href={pathOf(item)}>
          {shownName(item)}
        </a>
        <TranscriptionChip item={item} />
        <Actions item={item} />
      </div>
      <Facts item={item} clock={clock} />
      <Why item={item} />
      {item.status === 'done' ? (
        <details
          id={`said-${item.id}`}
          class="upload-said"
          hx-get={`/dashboard/transcriptions/${item.id}/text`}
          hx-trigger="toggle once"
          hx-target="find .upload-text"
          hx-swap="innerHTML"
        >
          <summary class="upload-summary">
            What was said<span class="visually-hidden">{` in ${shownName(item)}`}</span>
          </summary>
          <div class="upload-text">
            <a href={pathOf(item)}>Read it on its own page</a>
          </div>
        </details>
      ) : null}
    </li>
  );
};

export const TranscriptionChip = ({ item: { status } }: Pick<RowView, 'item'>) => (
  <Chip tone={TONES[status]}>{TRANSCRIPTION_LABELS[status]}</Chip>
);

export const Facts = ({ item, clock }: RowView) => (
  <p class="upload-facts">
    <span>{item.format.toUpperCase()}</span>
    <span>{sizeText(item.bytes)}</span>
    {item.durationMs === null ? null : <span>{spokenLength(Math.round(item.durationMs / 1000))}</span>}
    {item.language === null ? null : <span>{languageName(item.language)}</span>}
    <span>
      <Moment at={item.createdAt} clock={clock} />
    </span>
    <span class="owner">{item.ownerName}</span>
  </p>
);

const sizeText = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** Of what waits for its next try as well: it goes on by itself. */
export const Why = ({ item: { status, code } }: Pick<RowView, 'item'>) => {
  if (code === null || status === 'done') return null;
  if (status === 'failed') return <p class="notice notice-bad upload-why">{whatToDo(code)}</p>;
  return <p class="quiet upload-why">{`The last try failed: ${whyNot(code)} It is tried again by itself.`}</p>;
};

/** Two steps to delete, also where no script runs. */
export const Actions = ({ item, onPage = false }: Pick<RowView, 'item'> & { readonly onPage?: boolean }) => {
  const about = <span class="visually-hidden">{` ${shownName(item)}`}</span>;
  const swaps = onPage ? {} : { 'hx-target': `#${item.id}`, 'hx-swap': 'outerHTML', 'hx-disabled-elt': 'find button' };
  const posts = (verb: string) => ({
    ...{ method: 'post' as const, action: `${pathOf(item)}/${verb}` },
    ...(onPage ? {} : { 'hx-post': `${pathOf(item)}/${verb}`, ...swaps }),
  });
  return (
    <div class="upload-actions">
      {item.status === 'failed' ? (
        <form {...posts('retry')}>
          <button type="submit" id={`again-${item.id}`}>
            Try again{about}
          </button>
        </form>
      ) : null}
      <details id={`delete-${item.id}`} class="upload-delete">
        <summary class="upload-summary">Delete{about}</summary>
        <form {...posts('delete')}>
          <p class="upload-warning">
            {item.status === 'done' || item.status === 'failed'
              ? 'The audio and what was said in it are deleted for good.'
              : 'It is called off, and the audio is deleted for good.'}
          </p>
          <button type="submit" class="outline">
            Delete for good{about}
          </button>
        </form>
      </details>
    </div>
  );
};

export const RowAnswer = ({ view, outcome }: { view: RowView; outcome: string }) => (
  <>
    <TranscriptionRow {...view} />
    <Outcome text={outcome} />
  </>
);
