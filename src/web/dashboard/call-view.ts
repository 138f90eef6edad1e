/** What the page of one call shows, read together. */
import * as z from 'zod';
import { hearsRecordings } from '../../domain/transcription/transcription-setting.ts';
import { getNote } from '../../store/notes.ts';
import { amendmentsOfCall } from '../../store/patient-requests.ts';
import { getPatient } from '../../store/patients.ts';
import { questionnaireVersion } from '../../store/questionnaires.ts';
import { getRecordingTranscript } from '../../store/recording-transcripts.ts';
import { getRecording } from '../../store/recordings.ts';
import { reviewsOfCall } from '../../store/reviews.ts';
import { countAlerts, redFlagTasks, tasksOfCall } from '../../store/tasks.ts';
import { readCall, readCallLog } from '../read-call.ts';
import type { Ask } from '../route.ts';
import { flagCallsOf } from '../sign-note.ts';
import type { CallView } from './call-fragment.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS } from './layout.tsx';
import { SHOWN_REVIEW } from './review-panel.tsx';
import { viewerOf } from './viewer.ts';

export const oneCall = z.strictObject({ call_id: z.string().regex(/^call_[0-9a-f-]{36,64}$/) });

/** `typedAddendum`: what somebody wrote that was not taken. */
export async function callView(ask: Ask, id: string, typedAddendum = ''): Promise<CallView> {
  const { config, db, actor, now, c } = ask;
  const current = await readCall(ask, id);
  const { call, settled } = current;
  const [patient, note, reviews, recording, log, tasks, alerts, amendments, spoken] = await Promise.all([
    getPatient(db, config.keyRing, call.patientId),
    settled ? getNote(db, config.keyRing, call.id) : null,
    reviewsOfCall(db, config.keyRing, call.id),
    getRecording(db, call.id),
    readCallLog(ask, current),
    tasksOfCall(db, call.id),
    countAlerts(db, MOST_ALERTS),
    settled ? amendmentsOfCall(db, config.keyRing, call) : [],
    settled ? getRecordingTranscript(db, config.keyRing, call.id) : null,
  ]);
  // A poll would take away what somebody is entering: corrections wait until everything is there.
  const isStill = settled && call.recordingStatus !== 'pending';
  const [flagTasks, questions] =
    note === null
      ? [new Map(), null]
      : await Promise.all([
          redFlagTasks(db, flagCallsOf(note)),
          isStill ? questionnaireVersion(db, note.questionnaire.id, note.questionnaire.version) : null,
        ]);
  return {
    ...{ call, settled, patient, note, reviews, questions, recording, log, tasks, alerts, now, typedAddendum },
    ...{ amendments, spoken, isHeard: hearsRecordings(config.transcription.engine) },
    flagOpen: [...flagTasks.values()].some(({ status }) => status === 'open'),
    shownReview: c.req.header(SHOWN_REVIEW) ?? null,
    actorName: actor.name,
    clinicName: config.clinic.name,
    clock: clinicClock(config.clinic.timeZone, now),
  };
}

export const callsFrame = async (ask: Ask) => ({
  clinicName: ask.config.clinic.name,
  viewer: viewerOf(ask.actor),
  givenUp: await givenUpFor(ask),
  current: 'calls' as const,
});
