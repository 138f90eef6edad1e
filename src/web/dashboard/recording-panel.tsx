/** The recording of a call: the player, or why there is none yet, or any more. What plays stays in reach while one reads on. */
import type { Call } from '../../store/calls.ts';
import { KEPT_ITS_TIME, type Recording } from '../../store/recordings.ts';
import { spokenLength } from './clinic-clock.tsx';
import { recordingReason } from './labels.ts';
import { Press } from './press.tsx';
import { RecordingSection } from './recording-section.tsx';

interface RecordingView {
  readonly call: Call;
  readonly recording: Recording | null;
}

export const RecordingPanel = ({ call, recording }: RecordingView) => {
  switch (call.recordingStatus) {
    case 'none':
      return null;
    case 'pending':
      return call.endedAt === null ? null : (
        <RecordingSection {...HEADING}>
          <p class="quiet">The recording is being fetched from Telnyx. It appears here by itself.</p>
        </RecordingSection>
      );
    case 'failed':
      return <NotThere call={call} recording={recording} />;
    case 'ready':
      return (
        <RecordingSection {...HEADING} isPlayer>
          {/* Nothing is fetched before somebody listens: listening is on record. */}
          {/* biome-ignore lint/a11y/useMediaCaption: what is said stands below as text, and follows the sound */}
          <audio id="player" hx-preserve="true" controls preload="none" src={`/api/calls/${call.id}/recording`} />
          <p class="recording-facts">
            {call.recordingDurationMs === null ? null : (
              <span>{spokenLength(Math.round(call.recordingDurationMs / 1000))}</span>
            )}
            <label>
              <input type="checkbox" id="follow" checked /> Transcript follows
            </label>
            <a href={`/api/calls/${call.id}/recording`} download>
              Download
            </a>
          </p>
          <p id="player-problem" class="notice notice-bad" role="alert" hidden>
            The recording cannot be played. Load the page again; if it stays, tell whoever runs this service.
          </p>
        </RecordingSection>
      );
  }
};

const HEADING = { id: 'recording', title: 'Recording' } as const;

const NotThere = ({ call, recording }: RecordingView) => (
  <RecordingSection {...HEADING}>
    <p>{recordingReason(recording?.reason ?? call.error)}</p>
    {recording?.status === 'failed' && recording.reason !== KEPT_ITS_TIME ? (
      <Press
        id="fetch-again"
        action={`/dashboard/calls/${call.id}/recording/retry`}
        target="#call"
        tone="secondary outline"
      >
        Fetch it again
      </Press>
    ) : null}
  </RecordingSection>
);
