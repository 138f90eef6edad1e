/** One uploaded file on a page of its own: the player, and what was said, each sentence at its second. */
import { languageName } from '../../domain/transcription/transcript.ts';
import type { Transcribed } from '../../store/transcriptions.ts';
import type { ClinicClock } from './clinic-clock.tsx';
import { Actions, Facts, pathOf, shownName, TranscriptionChip, Why } from './transcription-row.tsx';
import { Said } from './transcription-said.tsx';

interface PageView {
  readonly item: Transcribed;
  readonly clock: ClinicClock;
}

export const TranscriptionPage = ({ item, clock }: PageView) => {
  const { transcript } = item;
  const audio = `/api/transcriptions/${item.id}/audio`;
  // No browser plays it.
  const playable = item.format !== 'amr' && item.fileName !== null;
  return (
    <>
      <p class="back">
        <a href="/dashboard/transcriptions">All files</a>
      </p>
      <div class="page-head">
        <h1>{shownName(item)}</h1>
        <TranscriptionChip item={item} />
      </div>
      <Facts item={item} clock={clock} />
      <Why item={item} />
      {item.status === 'queued' || item.status === 'running' ? (
        <p class="quiet">
          What was said appears here when it has been written down. <a href={pathOf(item)}>Look again</a>
        </p>
      ) : null}
      {playable ? (
        <section class="recording recording-player" aria-labelledby="recording">
          <h2 id="recording">Audio</h2>
          {/* Nothing is fetched before somebody listens: listening is on record. */}
          {/* biome-ignore lint/a11y/useMediaCaption: what is said stands below as text, and follows the sound */}
          <audio id="player" controls preload="none" src={audio} />
          <p class="recording-facts">
            <label>
              <input type="checkbox" id="follow" checked /> Text follows
            </label>
            <a href={audio} download>
              Download
            </a>
          </p>
          <p id="player-problem" class="notice notice-bad" role="alert" hidden>
            The audio cannot be played in this browser. It can still be downloaded.
          </p>
        </section>
      ) : null}
      {transcript === null ? null : (
        <section aria-labelledby="words">
          <h2 id="words">What was said</h2>
          {transcript.language === null ? null : <p class="quiet">{languageName(transcript.language)}</p>}
          <Said transcript={transcript} playable={playable} />
        </section>
      )}
      <Actions item={item} onPage />
    </>
  );
};
