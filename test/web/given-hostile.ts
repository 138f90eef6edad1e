/** Somebody's words in every text that is stored and shown: names, evidence, answers, transcripts, file names, titles, addenda, addresses, audit rows. */
import { vi } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { getCall } from '../../src/store/calls.ts';
import { insertMedia } from '../../src/store/media.ts';
import { newId } from '../../src/store/new-id.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { createPatient } from '../../src/store/patients.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { insertVersion } from '../../src/store/questionnaire-versions.ts';
import { insertAddendum, insertSignature } from '../../src/store/reviews.ts';
import { createStaff } from '../../src/store/staff.ts';
import { suppressNumber } from '../../src/store/suppression-list.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { givenCampaign, givenImport } from '../support/given-list.ts';
import { nextNumber, requestFor } from '../support/place-call.ts';
import type { GivenApp } from './given-app.ts';
import { endCall, logOf, noteFor, redFlagOf } from './given-call.ts';
import { fileOf, givenUpload, transcribed } from './given-transcriptions.ts';

let made = 0;

/** Ids by the name of the parameter. */
export async function givenHostile(given: GivenApp, text: string): Promise<Readonly<Record<string, string>>> {
  made += 1;
  const { db, config } = given;
  const ring = config.keyRing;
  const now = Date.now();
  const phoneNumber = nextNumber();
  const names = { firstName: text, lastName: text, dateOfBirth: '1980-04-12' };
  const about = { phoneNumber, externalId: text, language: 'en' as const, state: null, timeZone: null };
  const consent = { basis: 'verbal', obtainedAt: now - 1000, obtainedBy: text, evidence: text } as const;
  const patient = await createPatient(db, ring, { ...names, ...about }, consent, text, now);
  const placed = await placeCall(db, config, requestFor({ phoneNumber, patientId: patient.id }), now);
  if (!placed.ok) throw new Error(`not placed: ${JSON.stringify(placed)}`);
  const call = await getCall(db, ring, placed.callId);
  if (call === null) throw new Error('no call');
  const whole = { call, patient, attemptId: placed.attemptId };
  const note = noteFor(whole, text);
  const log = logOf(text, { flagged: true });
  await endCall(given, whole, {
    note: { ...note, red_flags: [redFlagOf(whole)] },
    log: { ...log, events: log.events.map((event) => ({ ...event, event_id: text })) },
    ...{ record: { redFlags: 1, hangupCause: text, error: text }, tasks: ['callback'] },
  });
  const actor = { id: 'staff_1', name: text, roles: ['clinician'] as const };
  const row = { callId: call.id, patientId: patient.id, noteVersion: 1, actor };
  const dataKey = await dataKeyOf(ring, patient.id);
  await insertSignature(db, dataKey, { ...row, flagCalls: [], addendum: text }, now);
  await insertAddendum(db, dataKey, row, text, now);

  const cell = `"${text.replaceAll('"', '""')}"`;
  const campaign = await givenCampaign({ name: text, ownerName: text });
  // A name of a column has at most 100 letters.
  const column = `"${text
    .slice(0, 90)
    .replaceAll(/[;\u2028\u202e]/g, ' ')
    .replaceAll('"', '""')}"`;
  const list = `phone,first_name,last_name,mrn,${column}\r\n${nextNumber()},${cell},${cell},${cell},${cell}\r\nbad,${cell},${cell},${cell},${cell}\r\n`;
  const item = await givenImport(list, { campaign, name: `${text}.csv` });
  await runDueJobs();
  const number = { phoneNumber: nextNumber(), reason: text, callId: null, createdBy: text };
  const { row: suppression } = await suppressNumber(db, ring, number, now);
  const member = await createStaff(db, { email: `${made}${text}`, roles: ['auditor'] }, now);
  const mediaId = newId('med', now);
  await insertMedia(db, {
    ...{
      id: mediaId,
      name: text,
      format: 'mp3',
      bytes: 1,
      sha256: String(made),
      durationMs: 1,
      createdBy: text,
      createdAt: now,
    },
  });
  const heard = () => Response.json({ text, language: 'english', duration: 3, segments: [{ start: 0, end: 1, text }] });
  const upload = await givenUpload(given, fileOf(givenMp3(3000, made), `${text.replaceAll(/["\r\n\\/]/g, "'")}.mp3`));
  await transcribed(given, upload, heard);
  const id = `hostile-${made}`;
  const version = { ...adultIntake, id, title: { en: text, es: text } };
  const items = version.items.map((each) => ({ ...each, prompt: { en: text, es: text } }));
  await insertVersion(db, { ...version, items } as never, { by: text, now, isNew: true });
  // Somebody with such an address has looked at all of it.
  const email = `${text}@clinic.example`;
  await given.request('/api/stats', { token: await given.token({ email, sub: email }) });
  vi.restoreAllMocks();
  return {
    ...{ patient_id: patient.id, call_id: call.id, campaign_id: campaign.id, import_id: item.id, media_id: mediaId },
    ...{ suppression_id: suppression.id, staff_id: member?.id ?? '', transcription_id: upload.transcription_id },
    ...{ questionnaire_id: id, version: '1' },
  };
}
