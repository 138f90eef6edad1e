/**
 * All that the FHIR Bundle of a call is made from, read from the store: for whoever asks for it and for the systems it is delivered to.
 * The store is opened here, times become ISO 8601 here; what stands where is decided in domain/fhir.
 */
import { callJson, iso, transcriptsJson } from './call-json.ts';
import type { BundleInput, BundleRecording, BundleReview, ContactConsent } from './domain/fhir/bundle-input.ts';
import { endedBy, recordingWithdrawnAt } from './domain/fhir/withdrawn.ts';
import type { Config } from './env.ts';
import { getCallLog } from './store/call-logs.ts';
import type { Call } from './store/calls.ts';
import { type Consent, consentsOf } from './store/consents.ts';
import type { Database } from './store/database.ts';
import { getNote, getNoteVersion } from './store/notes.ts';
import { dataKeyOf } from './store/patient-keys.ts';
import { getPatient } from './store/patients.ts';
import { questionnaireVersion } from './store/questionnaires.ts';
import { getRecording, type Recording } from './store/recordings.ts';
import { reviewsOfCall } from './store/reviews.ts';
import { suppressedSince } from './store/suppressions.ts';

interface Reader {
  readonly db: Database;
  readonly config: Pick<Config, 'keyRing' | 'clinic' | 'publicUrl'>;
}

/** `noteVersion` null: the newest, if there is one. Null: the patient is not there any more. */
export async function readBundleInput(
  { db, config }: Reader,
  call: Call,
  noteVersion: number | null,
): Promise<BundleInput | null> {
  const { keyRing } = config;
  const { id, patientId } = call;
  const patient = await getPatient(db, keyRing, patientId);
  if (patient === null) return null;
  const [dataKey, note] = await Promise.all([
    dataKeyOf(keyRing, patientId),
    noteVersion === null ? getNote(db, keyRing, id) : getNoteVersion(db, keyRing, id, noteVersion),
  ]);
  // Whoever rings back may take up an intake of another questionnaire than the call was made with.
  const asked = note?.questionnaire ?? { id: call.questionnaireId, version: call.questionnaireVersion };
  const [log, recording, reviews, consents, questionnaire, suppressedAt] = await Promise.all([
    getCallLog(db, keyRing, id),
    getRecording(db, id),
    reviewsOfCall(db, keyRing, id),
    consentsOf(db, dataKey, patientId),
    questionnaireVersion(db, asked.id, asked.version),
    suppressedSince(db, keyRing, call.phoneNumber),
  ]);
  // In the call itself the list may be a moment behind (TC-09).
  const stoppedAt = [suppressedAt, call.status === 'opted_out' ? call.endedAt : null];
  if (questionnaire === null) throw new Error('the questions of a call do not read');
  const review = ({ actorName: by, createdAt, id: reviewId, noteVersion: of }: (typeof reviews.signatures)[number]) =>
    ({ id: reviewId, noteVersion: of, by, at: iso(createdAt) }) satisfies BundleReview;
  return {
    call: callJson(call),
    transcripts: transcriptsJson(log ?? { events: [], transcript: [] }, recording),
    intake_data: note,
    patient,
    consents: consents
      .filter(({ phoneNumber }) => phoneNumber === call.phoneNumber)
      .map((consent) => contactConsent(endedBy(consent, stoppedAt))),
    recordingWithdrawnAt: isoOrNull(recordingWithdrawnAt(log?.events ?? [])),
    recording: playable(recording),
    questionnaire,
    signatures: reviews.signatures.map(review),
    addenda: reviews.addenda.map((each) => ({ ...review(each), text: each.text })),
    clinic: { name: config.clinic.name, patientSystem: config.clinic.patientSystem },
    origin: config.publicUrl,
  };
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

const contactConsent = ({ id, basis, purposes, obtainedAt, expiresAt, revokedAt }: Consent): ContactConsent => ({
  ...{ id, basis, purposes, obtainedAt: iso(obtainedAt) },
  ...{ expiresAt: isoOrNull(expiresAt), revokedAt: isoOrNull(revokedAt) },
});

/** Audio that nobody agreed to, or that is not to be had, is not told of. */
function playable(recording: Recording | null): BundleRecording | null {
  if (recording === null || recording.proof === null) return null;
  const { id, status, format, bytes, sha256, startedAt } = recording;
  if (status !== 'ready' && status !== 'pending') return null;
  return { id, status, format, bytes, sha256, startedAt: isoOrNull(startedAt) };
}
