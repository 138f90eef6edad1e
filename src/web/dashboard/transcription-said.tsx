/** What was said in a piece of audio, sentence by sentence; where there is a player, each with a button that plays it. */
import type { Transcript, TranscriptSegment } from '../../domain/transcription/transcript.ts';
import { spokenLength } from './clinic-clock.tsx';
import { isUnsure, sureness } from './labels.ts';
import { Chip } from './layout.tsx';

interface SaidView {
  readonly transcript: Transcript;
  readonly playable?: boolean;
}

export const Said = ({ transcript, playable = false }: SaidView) => {
  const { text, language, segments } = transcript;
  if (text === '' && segments.length === 0) return <p class="empty">Nothing was said.</p>;
  const lang = language ?? undefined;
  if (segments.length === 0) return <p lang={lang}>{text}</p>;
  return (
    <ol class={playable ? 'transcript transcript-follows' : 'transcript'} tabindex={playable ? 0 : undefined}>
      {segments.map((segment) => (
        <li class="line" data-offset={playable ? segment.startMs : undefined}>
          <p class="line-head">
            <Second segment={segment} playable={playable} />
            {isUnsure(segment.confidence) && segment.confidence !== null ? (
              <Chip tone="warn">{`Hard to understand, ${sureness(segment.confidence)}`}</Chip>
            ) : null}
          </p>
          <p lang={lang}>{segment.text}</p>
        </li>
      ))}
    </ol>
  );
};

const Second = ({ segment, playable }: { segment: TranscriptSegment; playable: boolean }) => {
  const second = spokenLength(Math.floor(segment.startMs / 1000));
  if (!playable) return <span>{second}</span>;
  return (
    <button type="button" class="seek" data-seek={segment.startMs}>
      <span class="visually-hidden">Play from </span>
      {second}
    </button>
  );
};
