/** A version of a note as a FHIR transaction: what is handed on anyway, with what the store knows beside it. */
import { iso } from '../call-json.ts';
import type { BundleNote, BundleRecording, BundleReview } from '../domain/fhir/bundle-input.ts';
import { bundleOf } from '../domain/fhir/bundle-of.ts';
import { consentsOf } from '../store/consents.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { getPatient } from '../store/patients.ts';
import { questionnaireVersion } from '../store/questionnaires.ts';
import type { Recording } from '../store/recordings.ts';
import { reviewsOfCall } from '../store/reviews.ts';
import type { JobContext } from './job-handler.ts';
import type { Handover } from './sink.ts';

type Given = Omit<Handover, 'bundle'> & { readonly recording: Recording | null };

/** Throws where one part of it is not there: half a Bundle would be taken for the whole. */
export async function readBundle({ db, config }: Pick<JobContext, 'db' | 'config'>, given: Given) {
  const { call, transcripts, intake_data } = given;
  const { keyRing } = config;
  const { id, version } = intake_data.questionnaire;
  const dataKey = await dataKeyOf(keyRing, call.patient_id);
  const [patient, consents, questionnaire, reviews] = await Promise.all([
    getPatient(db, keyRing, call.patient_id),
    consentsOf(db, dataKey, call.patient_id),
    questionnaireVersion(db, id, version),
    reviewsOfCall(db, keyRing, call.call_id),
  ]);
  if (patient === null || questionnaire === null) throw new Error('a part of the Bundle is not there');
  const orNull = (at: number | null) => (at === null ? null : iso(at));
  return bundleOf({
    ...{ call, transcripts, patient, questionnaire },
    // The schema of the API has `undefined` where the note has nothing.
    intake_data: intake_data as BundleNote,
    consents: consents
      .filter(({ phoneNumber }) => phoneNumber === call.phone_number)
      .map(({ basis, purposes, obtainedAt, expiresAt, revokedAt, ...row }) => ({
        ...{ id: row.id, basis, purposes, obtainedAt: iso(obtainedAt) },
        ...{ expiresAt: orNull(expiresAt), revokedAt: orNull(revokedAt) },
      })),
    recording: recordingOf(given.recording),
    signatures: reviews.signatures.map(reviewOf),
    addenda: reviews.addenda.map((each) => ({ ...reviewOf(each), text: each.text })),
    clinic: { name: config.clinic.name },
    origin: config.publicUrl,
  });
}

const reviewOf = (each: {
  readonly id: string;
  readonly noteVersion: number;
  readonly actorName: string;
  readonly createdAt: number;
}): BundleReview => ({
  ...{ id: each.id, noteVersion: each.noteVersion, by: each.actorName, at: iso(each.createdAt) },
});

function recordingOf(recording: Recording | null): BundleRecording | null {
  if (recording === null || recording.proof === null) return null;
  const { id, status, format, bytes, sha256, startedAt } = recording;
  if (status !== 'pending' && status !== 'ready') return null;
  const isAudio = format === 'mp3' || format === 'wav';
  return {
    ...{ id, status, bytes, sha256, format: isAudio ? format : null },
    startedAt: startedAt === null ? null : iso(startedAt),
  };
}
