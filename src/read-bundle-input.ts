/**
 * All that the FHIR Bundle of a call is made from, read from the store: for whoever asks for it and for the systems it is delivered to.
 * The store is opened here, times become ISO 8601 here; what stands where is decided in domain/fhir.
 */
import { callJson, iso, transcriptsJson } from './call-json.ts';
import type { BundleInput, BundleRecording, BundleReview, ContactConsent } from './domain/fhir/bundle-input.ts';
import { endedBy, recordingWithdrawnAt } from './domain/fhir/withdrawn.ts';
import type { CallLog } from './domain/intake/call-log.ts';
import type { Questionnaire } from './domain/intake/questionnaire.ts';
import type { Note } from './domain/note/note.ts';
import type { Config } from './env.ts';
import { getCallLog } from './store/call-logs.ts';
import type { Call } from './store/calls.ts';
import { type Consent, consentsOf } from './store/consents.ts';
import type { Database } from './store/database.ts';
import { getNote, getNoteVersion } from './store/notes.ts';
import { dataKeyOf } from './store/patient-keys.ts';
import { notesAndLogs } from './store/patient-records.ts';
import { getPatient, type Patient } from './store/patients.ts';
import { questionnaireVersion } from './store/questionnaires.ts';
import { getRecording, type Recording, recordingsOf } from './store/recordings.ts';
import { type Reviews, reviewsOfCall, reviewsOfCalls } from './store/reviews.ts';
import { suppressedSince } from './store/suppressions.ts';

interface Reader {
  readonly db: Database;
  readonly config: Pick<Config, 'keyRing' | 'clinic' | 'publicUrl'>;
}

/** What stands in the store about one call, as the Bundle takes it up. */
interface Kept {
  readonly patient: Patient;
  readonly consents: readonly Consent[];
  readonly note: Note | null;
  readonly log: CallLog | null;
  readonly recording: Recording | null;
  readonly reviews: Reviews;
  readonly questionnaire: Questionnaire | null;
  readonly suppressedAt: number | null;
}

/** Whoever rings back may take up an intake of another questionnaire than the call was made with. */
const askedIn = (call: Call, note: Note | null): { readonly id: string; readonly version: number } =>
  note?.questionnaire ?? { id: call.questionnaireId, version: call.questionnaireVersion };

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
  const asked = askedIn(call, note);
  const [log, recording, reviews, consents, questionnaire, suppressedAt] = await Promise.all([
    getCallLog(db, keyRing, id),
    getRecording(db, id),
    reviewsOfCall(db, keyRing, id),
    consentsOf(db, dataKey, patientId),
    questionnaireVersion(db, asked.id, asked.version),
    suppressedSince(db, keyRing, call.phoneNumber),
  ]);
  return inputOf(config, call, { patient, consents, note, log, recording, reviews, questionnaire, suppressedAt });
}

/**
 * For many calls of one patient, a page at a time: what is the patient's is read once, and of each page a statement for each table. What
 * `of` gives is made for each call by itself, so that one that does not read spoils no other.
 */
export async function bundleReader({ db, config }: Reader, patientId: string) {
  const { keyRing } = config;
  const [patient, dataKey] = await Promise.all([getPatient(db, keyRing, patientId), dataKeyOf(keyRing, patientId)]);
  const consents = await consentsOf(db, dataKey, patientId);
  const questionnaires = new Map<string, Promise<Questionnaire | null>>();
  const suppressed = new Map<string, Promise<number | null>>();
  return async (calls: readonly Call[]) => {
    const ids = calls.map(({ id }) => id);
    const [records, recordings, reviews] = await Promise.all([
      notesAndLogs(db, dataKey, ids),
      recordingsOf(db, ids),
      reviewsOfCalls(db, dataKey, ids),
    ]);
    const of = async (call: Call): Promise<BundleInput | null> => {
      if (patient === null) return null;
      const { note, log } = await records(call.id);
      const { id, version } = askedIn(call, note);
      return inputOf(config, call, {
        ...{ patient, consents, note, log, recording: recordings.get(call.id) ?? null },
        reviews: reviews.get(call.id) ?? { signatures: [], addenda: [] },
        questionnaire: await once(questionnaires, `${id}.${version}`, () => questionnaireVersion(db, id, version)),
        suppressedAt: await once(suppressed, call.phoneNumber, () => suppressedSince(db, keyRing, call.phoneNumber)),
      });
    };
    return { recordings, of };
  };
}

function once<T>(asked: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const known = asked.get(key) ?? ask();
  asked.set(key, known);
  return known;
}

function inputOf(config: Reader['config'], call: Call, kept: Kept): BundleInput {
  const { patient, consents, note, log, recording, reviews, questionnaire, suppressedAt } = kept;
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
