/** /api/calls/{id}/recording: the audio itself, and fetching it once more after it had been given up. */
import * as z from 'zod';
import { fetchRecordingAgain } from '../fetch-recording-again.ts';
import { rolesSeeing } from '../field-access.ts';
import { storedCall } from '../read-call.ts';
import { answerRecording } from '../recording-audio.ts';
import { type Route, route } from '../route.ts';
import { idOf } from './answer-fields.ts';
import { callId } from './fields.ts';

const people = { roles: rolesSeeing('recording'), params: z.strictObject({ call_id: callId }) } as const;

const play = route(
  {
    ...people,
    method: 'GET',
    path: '/api/calls/:call_id/recording',
    audit: 'recording.play',
    phi: true,
    summary: 'Hear the recording of a call, whole or one byte range of it',
    answers: { 200: null, 206: null },
    types: ['audio/mpeg', 'audio/wav'],
    refusals: [416],
  },
  async (ask) => answerRecording(ask, await storedCall(ask, ask.params.call_id)),
);

const retry = route(
  {
    ...people,
    method: 'POST',
    path: '/api/calls/:call_id/recording/retry',
    audit: 'recording.retry',
    phi: false,
    summary: 'Fetch a recording again that had been given up',
    answers: {
      202: z.strictObject({ call_id: idOf('call'), recording: z.strictObject({ status: z.literal('pending') }) }),
    },
  },
  async (ask) => {
    await fetchRecordingAgain(ask, (await storedCall(ask, ask.params.call_id)).id);
    return ask.c.json({ call_id: ask.params.call_id, recording: { status: 'pending' } }, 202);
  },
);

export const recordingRoutes: readonly Route[] = [play, retry];
