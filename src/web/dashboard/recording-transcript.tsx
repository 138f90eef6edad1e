/**
 * What was written down from the recording afterwards, told apart from what was heard live: or that it is under way, or why it is not, with
 * a button to try again. It fetches only itself while it waits, so that nobody who listens is disturbed.
 */
import type { SpokenLine } from '../../domain/transcription/align-segments.ts';
import type { TranscriberName } from '../../domain/transcription/transcription-setting.ts';
import type { Call } from '../../store/calls.ts';
import type { RecordingTranscript } from '../../store/recording-transcripts.ts';
import { whyNot } from '../transcription-words.ts';
import { spokenLength } from './clinic-clock.tsx';
import { isUnsure, itemTitle, sureness } from './labels.ts';
import { Chip } from './layout.tsx';
import { Press } from './press.tsx';
import { RecordingSection } from './recording-section.tsx';

export interface SpokenView {
  readonly call: Call;
  readonly spoken: RecordingTranscript | null;
  /** Whether anybody is asked to write recordings down. */
  readonly isHeard: boolean;
}

const ENGINES: Readonly<Record<TranscriberName, string>> = {
  off: 'nobody',
  telnyx: 'Telnyx',
  'workers-ai': 'Workers AI',
  openai: 'the transcription service',
};

export const RecordingTranscriptPart = (view: SpokenView) => {
  const { call, spoken, isHeard } = view;
  const playable = call.recordingStatus === 'ready';
  if (spoken === null && !(playable && isHeard)) return <div id="spoken" />;
  const isAwaited = spoken?.status === 'queued' || spoken?.status === 'running';
  const polling = isAwaited
    ? {
        'hx-get': `/dashboard/fragments/calls/${call.id}/spoken`,
        'hx-trigger': 'every 5s',
        'hx-swap': 'outerHTML',
        'hx-sync': 'this:drop',
      }
    : {};
  return (
    <div id="spoken" {...polling}>
      {spoken?.status === 'done' ? <Written spoken={spoken} call={call} /> : <NotWritten {...view} />}
    </div>
  );
};

const TITLE = 'What the recording says';

const NotWritten = ({ call, spoken }: SpokenView) => (
  <RecordingSection id="spoken-title" title={TITLE}>
    {spoken === null ? <p class="quiet">This recording has not been written down.</p> : <Why spoken={spoken} />}
    {spoken === null || spoken.status === 'failed' ? (
      <Press
        id="write-down-again"
        action={`/dashboard/calls/${call.id}/transcripts/retry`}
        target="#spoken"
        tone="secondary outline"
      >
        {spoken === null ? 'Write it down' : 'Try again'}
      </Press>
    ) : null}
  </RecordingSection>
);

const Why = ({ spoken: { status, code } }: { spoken: RecordingTranscript }) =>
  status === 'failed' ? (
    <p>{`It could not be written down. ${whyNot(code ?? '')}`}</p>
  ) : (
    <p class="quiet">
      {code === null
        ? 'The recording is being written down. It appears here by itself.'
        : `The recording is not written down yet. ${whyNot(code)} It is tried again by itself.`}
    </p>
  );

const Written = ({ spoken, call }: { spoken: RecordingTranscript; call: Call }) => {
  const { lines, engine, language } = spoken;
  const playable = call.recordingStatus === 'ready';
  return (
    <details id="spoken-said" class="said">
      <summary>{TITLE}</summary>
      <p class="quiet">
        {`Written down afterwards by ${ENGINES[engine ?? 'off']} from the recording, to check the note by. Nobody has read it over, and the note is not changed by it.`}
      </p>
      {lines.length === 0 ? <p class="empty">Nothing was said.</p> : null}
      <ol class={playable ? 'transcript transcript-follows' : 'transcript'} tabindex={playable ? 0 : undefined}>
        {lines.map((line) => (
          <li class={`line line-${line.speaker}`} data-offset={line.startMs}>
            <p class="line-head">
              <strong>{line.speaker === 'agent' ? 'Clinic' : 'Patient'}</strong>
              {line.item === null ? null : <span>{itemTitle(line.item)}</span>}
              {isUnsure(line.confidence) && line.confidence !== null ? (
                <Chip tone="warn">{`Hard to understand, ${sureness(line.confidence)}`}</Chip>
              ) : null}
              <Second line={line} playable={playable} />
            </p>
            <p lang={language ?? call.language}>{line.text}</p>
          </li>
        ))}
      </ol>
    </details>
  );
};

const Second = ({ line, playable }: { line: SpokenLine; playable: boolean }) => {
  const second = spokenLength(Math.floor(line.startMs / 1000));
  if (!playable) return <span>{second}</span>;
  return (
    <button type="button" class="seek" data-seek={line.startMs}>
      <span class="visually-hidden">{`Play ${line.speaker === 'agent' ? 'the clinic' : 'the patient'} at `}</span>
      {second}
    </button>
  );
};
