/** Why something was not written down, and what to do about it, for people. */
import { REFUSAL_REMEDIES } from '../domain/transcription/transcription-setting.ts';

interface Words {
  readonly why: string;
  /** For what may help beside waiting. */
  readonly toDo: string;
}
const said = (why: string, toDo: string): Words => ({ why, toDo });
const LATER = 'Try again later.';
const AGAIN = 'Delete this and send the file again.';
const WORDS: Readonly<Record<string, Words>> = {
  audio_refused: said('The engine could not read this audio.', 'Save it as MP3 or WAV and send it again.'),
  too_large: said('The engine takes no file of this size.', 'Cut it into parts and send those.'),
  engine_busy: said('The engine had too much to do.', LATER),
  engine_quota_spent: said(
    'The account at the engine has nothing left to spend.',
    'Ask whoever runs this service to top it up.',
  ),
  engine_unavailable: said('The engine did not work at that time.', LATER),
  engine_unreachable: said('The engine could not be reached.', LATER),
  engine_too_slow: said('The engine did not answer in time.', 'Try again, or cut the file into parts.'),
  engine_answer_unreadable: said('The engine gave an answer that could not be read.', LATER),
  engine_key_refused: said('The engine refused our key.', 'Ask whoever runs this service to check it.'),
  engine_not_there: said(
    'The engine has moved or has another name now.',
    'Ask whoever runs this service to check its address.',
  ),
  engine_redirects: said(
    'The engine points to another address, which is not followed.',
    'Ask whoever runs this service to check it.',
  ),
  storage_failed: said('Our own storage did not answer.', LATER),
  audio_missing: said('The stored audio is gone.', AGAIN),
  audio_damaged: said('The stored audio is damaged.', AGAIN),
  too_long: said('The recording is longer than any call is.', 'Listen to it instead.'),
  crashed: said('The work was broken off each time.', 'Cut the file into parts and send those.'),
};

const UNKNOWN = said('Something went wrong here.', 'Try again; if it stays, tell whoever runs this service.');
const remedies: Readonly<Record<string, string>> = REFUSAL_REMEDIES;

export const whyNot = (code: string): string => remedies[code] ?? (WORDS[code] ?? UNKNOWN).why;

export function whatToDo(code: string): string {
  const { why, toDo } = WORDS[code] ?? UNKNOWN;
  return remedies[code] ?? `${why} ${toDo}`;
}
