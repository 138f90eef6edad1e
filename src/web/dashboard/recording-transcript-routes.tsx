/** The part of a call's page that says what its recording says: by itself while it is being written down, and tried again. */
import { hearsRecordings } from '../../domain/transcription/transcription-setting.ts';
import { getRecordingTranscript } from '../../store/recording-transcripts.ts';
import { Problem } from '../errors.ts';
import { storedCall } from '../read-call.ts';
import { type Ask, type Route, route } from '../route.ts';
import { writeDownAgain } from '../write-down-again.ts';
import { answerCall } from './answer-call.tsx';
import { isScripted } from './ask-first.tsx';
import { oneCall } from './call-view.ts';
import { Outcome } from './layout.tsx';
import { RecordingTranscriptPart, type SpokenView } from './recording-transcript.tsx';
import { CALL_ROLES } from './viewer.ts';

const people = { roles: CALL_ROLES, phi: true, params: oneCall } as const;

async function spokenView(ask: Ask, id: string): Promise<SpokenView> {
  const { db, config } = ask;
  const call = await storedCall(ask, id);
  const spoken = await getRecordingTranscript(db, config.keyRing, id);
  return { call, spoken, isHeard: hearsRecordings(config.transcription.engine) };
}

/** What came of it, in words; a refusal that the page can show is no error page. */
async function outcomeOf(ask: Ask, id: string): Promise<string> {
  try {
    await writeDownAgain(ask, (await storedCall(ask, id)).id);
    return 'The recording is being written down.';
  } catch (error) {
    if (error instanceof Problem && error.status === 409)
      return error.details.detail ?? 'It cannot be written down now.';
    throw error;
  }
}

export const recordingTranscriptRoutes: readonly Route[] = [
  route(
    { ...people, method: 'GET', path: '/dashboard/fragments/calls/:call_id/spoken', audit: 'page.call_spoken_poll' },
    async (ask) => ask.c.html(<RecordingTranscriptPart {...(await spokenView(ask, ask.params.call_id))} />),
  ),
  route(
    { ...people, method: 'POST', path: '/dashboard/calls/:call_id/transcripts/retry', audit: 'transcript.retry' },
    async (ask) => {
      const { call_id } = ask.params;
      const outcome = await outcomeOf(ask, call_id);
      if (!isScripted(ask)) return answerCall(ask, call_id, { outcome });
      return ask.c.html(
        <>
          <RecordingTranscriptPart {...(await spokenView(ask, call_id))} />
          <Outcome text={outcome} />
        </>,
      );
    },
  ),
];
