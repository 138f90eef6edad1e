/** A patient who leaves something in every place there is, and what is left of them in each. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import type { Patient } from '../../src/store/patients.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { insertRecordingTranscript, storePiece } from '../../src/store/recording-transcripts.ts';
import { insertAddendum } from '../../src/store/reviews.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import { runDueJobs } from './due-jobs.ts';
import { dumpDatabase, tableNames } from './dump-database.ts';
import { recordingLink } from './fake-telnyx.ts';
import { type Caller, givenCaller } from './given-caller.ts';
import { BIRTH_DATE_KEYS } from './given-plan.ts';
import { givenTelnyx, SessionUnderTest } from './given-session.ts';
import { givenPatient, requestFor } from './place-call.ts';
import { config, db, later, ring, testEnv } from './worker-env.ts';

export async function givenCallTo(patient: Patient): Promise<SessionUnderTest> {
  const request = requestFor({ phoneNumber: patient.phoneNumber, patientId: patient.id });
  const placed = await placeCall(db, config, request, Date.now());
  if (!placed.ok) throw new Error(`not placed: ${JSON.stringify(placed)}`);
  return new SessionUnderTest({ patient, callId: placed.callId, attemptId: placed.attemptId }, givenTelnyx());
}

/** Hung up, and written down. */
export async function endedCall<T extends SessionUnderTest | Caller>(call: T): Promise<T> {
  await call.hangup();
  await call.after(5000);
  return call;
}

/** Begun after the consent. */
export const savedRecording = (id: string) => ({
  recording_id: id,
  recording_started_at: new Date(Date.now() - 10_000).toISOString(),
  recording_ended_at: new Date(Date.now() - 1000).toISOString(),
  channels: 'dual',
  recording_urls: { mp3: recordingLink() },
});

export interface Erasable {
  readonly patient: Patient;
  /** Recorded; the audio lies in R2, and at Telnyx too. */
  readonly outbound: SessionUnderTest;
  readonly inbound: Caller;
}

/** Rung, recorded, written down, flagged, broken off, with a word of staff added; then ringing back and going on, and at last on the do-not-call list. */
export async function givenErasable(): Promise<Erasable> {
  const patient = await givenPatient({ firstName: 'Canaryfirst', lastName: 'Canarylast', externalId: 'MRN-CANARY' });
  const outbound = await (await givenCallTo(patient)).consented('1');
  await outbound.hears('I have a Canary pain in my chest.');
  await endedCall(outbound);
  await outbound.webhook('call.recording.saved', savedRecording(`rec-of-${outbound.callId}`));
  await outbound.after(5000);
  // As where Telnyx' copies are kept.
  Object.assign(config.recordings, { deleteAtTelnyx: false });
  await runDueJobs();
  Object.assign(config.recordings, { deleteAtTelnyx: true });
  await writtenDown(patient, outbound);
  later(60_000);
  const inbound = await (await givenCaller(patient.phoneNumber)).answered();
  await inbound.keys('1', BIRTH_DATE_KEYS, '2', '1');
  await endedCall(inbound);
  const row = { phoneNumber: patient.phoneNumber, reason: 'opted_out', callId: inbound.callId };
  await insertSuppression(db, ring, row, Date.now());
  const review = {
    callId: outbound.callId,
    patientId: patient.id,
    noteVersion: 1,
    actor: { id: 'staff_1', name: 'ann' },
  };
  await insertAddendum(db, await dataKeyOf(ring, patient.id), review, 'Canary addendum', Date.now());
  // Whoever looks at what Telnyx is asked looks at this one from here.
  const telnyx = givenTelnyx();
  return {
    patient,
    outbound: new SessionUnderTest(outbound.placed, telnyx),
    inbound,
  };
}

/** As an engine heard it. */
async function writtenDown(patient: Patient, { callId }: SessionUnderTest): Promise<void> {
  const owner = { callId, patientId: patient.id, pieces: 0 };
  await db.batch(insertRecordingTranscript(db, owner, Date.now()));
  const line = { speaker: 'patient', text: 'I have a Canary pain', startMs: 0, endMs: 900, confidence: 0.9 } as const;
  const heard = { lines: [{ ...line, item: 'hpi.chief_complaint' }] };
  const listened = { audioMs: 9000, costNanos: null, language: 'en' };
  if (!(await storePiece(db, await dataKeyOf(ring, patient.id), owner, heard, listened, Date.now())))
    throw new Error('there is no recording to write down');
}

/** Which tables still name the patient or one of their calls. */
export async function tablesNaming({ patient, outbound, inbound }: Erasable): Promise<string[]> {
  const ids = [patient.id, outbound.callId, inbound.callId].map((id) => id.slice(id.indexOf('_') + 1));
  return Object.entries(await dumpDatabase()).flatMap(([table, rows]) =>
    ids.some((id) => JSON.stringify(rows).includes(id)) ? [table] : [],
  );
}

/** All there is but the copy of the vault. */
export const storedAudio = async (): Promise<string[]> =>
  (await testEnv.BUCKET.list()).objects.map(({ key }) => key).filter((key) => !key.startsWith('vault/'));

export const heldBy = (callId: string): Promise<string[]> =>
  runInDurableObject(testEnv.INTAKE_SESSION.getByName(callId), (_, { storage }) =>
    [...storage.kv.list()].map(([key]) => key),
  );

export const clearStorage = async (): Promise<void> => {
  // What was audited stays: the database refuses anything else.
  const kept = ['questionnaire_versions', 'audit_events', 'audit_subjects', 'audit_reviews'];
  const tables = (await tableNames()).filter((name) => !kept.includes(name));
  await testEnv.DB.exec(tables.map((name) => `delete from ${name};`).join(' '));
  await testEnv.BUCKET.delete(await storedAudio());
  // An empty database is no database that was set back.
  const dialer = testEnv.DIALER.getByName('dialer');
  await runInDurableObject(dialer, (_, { storage }) => {
    for (const key of ['seen', 'held', 'replay']) storage.kv.delete(key);
  });
  await evictDurableObject(dialer);
  await runInDurableObject(testEnv.KEY_VAULT.getByName('vault'), (_, { storage }) => {
    storage.sql.exec('delete from keys; delete from erased;');
  });
};

/** Everything of D1 and R2 as it is now; calling it puts all of that back. */
export async function givenBackup(): Promise<() => Promise<void>> {
  const dump = await dumpDatabase();
  const objects = await Promise.all(
    (await storedAudio()).map(async (key) => {
      const object = (await testEnv.BUCKET.get(key)) as R2ObjectBody;
      const { customMetadata = {} } = object;
      return { key, bytes: await object.arrayBuffer(), customMetadata };
    }),
  );
  // Kept by triggers on the list: put back after it.
  const changes = 'suppression_changes';
  const tables = Object.entries(dump).toSorted(([a], [b]) => Number(a === changes) - Number(b === changes));
  return async () => {
    for (const [table, rows] of tables) {
      if (table.startsWith('audit_')) continue;
      await testEnv.DB.prepare(`delete from "${table}"`).run();
      for (const row of rows) {
        const columns = Object.keys(row);
        const marks = columns.map(() => '?').join(', ');
        await testEnv.DB.prepare(`insert into "${table}" (${columns.join(', ')}) values (${marks})`)
          .bind(...Object.values(row))
          .run();
      }
    }
    for (const { key, bytes, customMetadata } of objects) await testEnv.BUCKET.put(key, bytes, { customMetadata });
  };
}
