/** HS-19: every table that knows a patient or a call is in the export, or is named with the reason why it is not. */
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import * as schema from '../../src/store/schema.ts';

/** Where in the document it stands. */
const EXPORTED_TABLES: Readonly<Record<string, string>> = {
  patients: 'patient',
  consents: 'consents',
  calls: 'calls',
  notes: 'calls[].notes',
  reviews: 'calls[].signatures and addenda',
  call_logs: 'calls[].transcript and events',
  recordings:
    'calls[].recorded, with the address of the audio; the audio itself in the archive (test/web/patients-archive.test.ts)',
  recording_transcripts: 'calls[].transcript, those of source recording',
  tasks: 'calls[].tasks',
  deliveries: 'calls[].handed_on',
  dial_decisions: 'calls[].decisions, and decisions where no call came of it',
  contacts: 'campaigns',
  patient_requests: 'requests',
  disclosures: 'disclosures',
  suppressions: 'number_suppressed',
};

const NOT_EXPORTED: Readonly<Record<string, string>> = {
  attempts: 'Each is a call, which is there with its times and outcome.',
  holds: 'The work of lawyers, not the record of the patient.',
  audit_subjects: 'Who saw it is answered from the audit, patient by patient.',
  audit_events: 'Who saw it is answered from the audit, patient by patient.',
  idempotency_keys: 'Answers of a day, copies of what is there.',
  jobs: 'Work behind the scenes: ids, times and codes.',
};

const tables = Object.values(schema).flatMap((each) => (is(each, SQLiteTable) ? [each] : []));
const knowsPatient = tables
  .filter((table) => {
    const columns = Object.values(getTableColumns(table)).map(({ name }) => name);
    return getTableName(table) === 'patients' || columns.includes('patient_id') || columns.includes('call_id');
  })
  .map(getTableName);

it('every table with a patient’s id is in the export, or left out for a reason (HS-19)', () => {
  const decided = [...Object.keys(EXPORTED_TABLES), ...Object.keys(NOT_EXPORTED)];
  expect(decided.toSorted()).toEqual(knowsPatient.toSorted());
  expect(Object.values(NOT_EXPORTED).every((reason) => reason.length > 20)).toBe(true);
});
