/** Why something was not written down, and what to do about it, for people. */
import { REFUSAL_REMEDIES } from '../domain/transcription/transcription-setting.ts';

const WORDS: Readonly<Record<string, string>> = {
  ...REFUSAL_REMEDIES,
  audio_refused: 'The engine could not read this audio. Save it as MP3 or WAV and send it again.',
  too_large: 'The engine takes no file of this size. Cut it into parts and send those.',
  engine_busy: 'The engine had too much to do. Try again in a few minutes.',
  engine_quota_spent:
    'The account at the engine has nothing left to spend. Ask whoever runs this service to top it up.',
  engine_unavailable: 'The engine did not work at that time. Try again later.',
  engine_unreachable: 'The engine could not be reached. Try again later.',
  engine_too_slow: 'The engine did not answer in time. Try again, or cut the file into parts.',
  engine_answer_unreadable: 'The engine gave an answer that could not be read. Try again later.',
  engine_key_refused: 'The engine refused our key. Ask whoever runs this service to check it.',
  engine_not_there: 'The engine has moved or has another name now. Ask whoever runs this service to check its address.',
  engine_redirects:
    'The engine points to another address, which is not followed. Ask whoever runs this service to check it.',
  audio_missing: 'The stored audio is gone. Delete this and send the file again.',
  audio_damaged: 'The stored audio is damaged. Delete this and send the file again.',
  crashed: 'The work was broken off each time it was tried. Cut the file into parts and send those.',
};

export const whatToDo = (code: string): string =>
  WORDS[code] ?? 'Something went wrong here. Try again; if it stays, tell whoever runs this service.';
