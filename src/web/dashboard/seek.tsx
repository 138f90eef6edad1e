/** A second of the recording as a button: pressing it plays from a little before it. Without a recording to play it is plain text. */
import { spokenLength } from './clinic-clock.tsx';

/**
 * How long before the moment that is on record the sound begins that belongs to it. A key is on record as it is pressed; words are
 * when they have been recognised, which is after they were said: about 400 ms a word, and a moment for the recogniser.
 */
const KEY_LEAD_MS = 1500;
const RECOGNISED_AFTER_MS = 1500;
const WORD_MS = 400;

export interface Heard {
  readonly offsetMs: number;
  /** The words, where it was spoken. */
  readonly words: string | null;
}

function playFromMs({ offsetMs, words }: Heard): number {
  const lead = words === null ? KEY_LEAD_MS : RECOGNISED_AFTER_MS + WORD_MS * words.trim().split(/\s+/).length;
  return Math.max(0, offsetMs - lead);
}

export const Seek = ({ heard, about, playable }: { heard: Heard; about: string; playable: boolean }) => {
  const second = spokenLength(Math.floor(heard.offsetMs / 1000));
  if (!playable) return <span>{second}</span>;
  return (
    <button type="button" class="seek" data-seek={playFromMs(heard)}>
      <span class="visually-hidden">{`Play ${about} at `}</span>
      {second}
    </button>
  );
};
