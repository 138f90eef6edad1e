/** Calls of a campaign's contacts as they stand when they are over, written by the page; nobody is dialled. */
import { type CallRecord, callRecord } from '../../src/domain/intake/call-record.ts';
import { newCall } from '../../src/domain/intake/state.ts';
import type { Note } from '../../src/domain/note/note.ts';
import { insertCallLog, packCallLog } from '../../src/store/call-logs.ts';
import type { Call } from '../../src/store/calls.ts';
import { sealContact } from '../../src/store/contacts.ts';
import { newCallRows } from '../../src/store/new-call-rows.ts';
import { newId } from '../../src/store/new-id.ts';
import { insertNote } from '../../src/store/notes.ts';
import { dataKeyOf, storeKeys } from '../../src/store/patient-keys.ts';
import type { Patient } from '../../src/store/patients.ts';
import { attempts, calls, contacts } from '../../src/store/schema.ts';
import { type DataKey, newDataKey } from '../../src/store/seal.ts';
import { type GivenCampaign, givenCampaign, type Person } from '../support/given-campaign.ts';
import { nextNumber } from '../support/place-call.ts';
import { config, db, ring, testEnv } from '../support/worker-env.ts';
import { type GivenCall, logOf, noteFor, recordOf } from './given-call.ts';

export interface Ended {
  readonly record?: Partial<CallRecord>;
  readonly attempt?: number;
  readonly said?: string;
  /** Without one nobody spoke. */
  readonly note?: ((made: GivenCall) => Note) | null;
}
const NOT_REACHED: Partial<CallRecord> = {
  ...{ status: 'no_answer', identity: 'not_checked', answeredBy: 'unknown', answeredAt: null, consentAt: null },
  ...{ consentCollection: 'not_asked', consentRecording: 'not_asked', recordingStatus: 'none', recordingId: null },
  ...{ hangupCause: 'timeout', hangupSource: 'unknown', sipHangupCause: '487', recordingDurationMs: null },
};
export const noAnswer = (attempt = 1): Ended => ({ record: NOT_REACHED, attempt, note: null });

/** The statements of an ended call, and its id. */
async function rowsOf(
  campaignId: string,
  contactId: string,
  patient: Patient,
  dataKey: DataKey,
  ended: Ended,
  at: number,
) {
  const { phoneNumber, externalId, language } = patient;
  const made = newCallRows(
    config,
    {
      ...{ patient, dataKey, phoneNumber, language, questionnaire: { id: 'adult-intake', version: 1 }, campaignId },
      ...{ contactId, externalId, attempt: ended.attempt ?? 1, counts: true },
    },
    at,
  );
  const record = { ...callRecord(newCall({ language, optOutLine: false })), ...recordOf(ended.record) };
  const call = { ...made.call, ...record };
  const { id: callId } = call;
  const over = { status: 'ended', reservedNumber: null, reservedPatient: null, endedAt: record.endedAt };
  const given: GivenCall = { call: { ...call, phoneNumber } as unknown as Call, patient, attemptId: made.attempt.id };
  const note = ended.note === null ? null : (ended.note ?? ((of) => noteFor(of, ended.said)))(given);
  const log = ended.note === null ? null : await packCallLog(dataKey, callId, logOf(ended.said));
  return {
    callId,
    statements: [
      db.insert(calls).values(call),
      db.insert(attempts).values({ ...made.attempt, ...over }),
      ...(note === null ? [] : [insertNote(db, dataKey, patient.id, note, at)]),
      ...(log === null ? [] : [insertCallLog(db, { callId, patientId: patient.id, sealed: log, createdAt: at })]),
    ],
  };
}

let seconds = 0;

/** One after the other; their ids. */
export async function givenEnded(campaign: GivenCampaign, person: Person, ...calls: Ended[]): Promise<string[]> {
  const dataKey = await dataKeyOf(ring, person.patient.id);
  const ids: string[] = [];
  for (const ended of calls) {
    seconds += 1000;
    const at = Date.UTC(2026, 10, 20, 14) + seconds;
    const { callId, statements } = await rowsOf(campaign.id, person.contactId, person.patient, dataKey, ended, at);
    for (const statement of statements) await statement;
    await testEnv.DB.prepare("update contacts set status = 'done', outcome = ?, last_call_id = ? where id = ?")
      .bind(ended.record?.status ?? 'completed', callId, person.contactId)
      .run();
    ids.push(callId);
  }
  return ids;
}

const PAGE = 50;

/** A campaign of `people`, each with one call that nobody answered and one that was completed. */
export async function givenLongCampaign(people: number): Promise<GivenCampaign> {
  const campaign = await givenCampaign([], { status: 'completed' });
  const made: Person[] = [];
  for (let from = 0; from < people; from += PAGE) {
    const now = Date.UTC(2026, 10, 20, 14);
    const page = Array.from({ length: Math.min(PAGE, people - from) }, (_, i) => {
      const phoneNumber = nextNumber();
      const patient: Patient = {
        ...{ id: newId('pat', now), phoneNumber, firstName: 'Ana', lastName: 'Diaz', dateOfBirth: null, state: null },
        ...{
          timeZone: null,
          flags: [],
          externalId: `MRN-${from + i + 1}`,
          language: 'en',
          createdAt: now,
          updatedAt: now,
        },
      };
      return { patient, dataKey: newDataKey(), row: from + i + 1, contactId: newId('cnt', now) };
    });
    await storeKeys(
      ring,
      page.map(({ patient, dataKey }) => ({ patientId: patient.id, dataKey })),
    );
    const statements = [];
    for (const { patient, dataKey, row, contactId } of page) {
      const first = await rowsOf(campaign.id, contactId, patient, dataKey, noAnswer(), now);
      const second = await rowsOf(campaign.id, contactId, patient, dataKey, { attempt: 2 }, now + 1000);
      const { phoneNumber, firstName, lastName } = patient;
      const contact = {
        ...{ id: contactId, campaignId: campaign.id, row, patientId: patient.id, externalId: patient.externalId },
        ...{
          phoneHash: `k1.${row}`,
          sealed: sealContact(dataKey, contactId, { phoneNumber, firstName, lastName, variables: {} }),
        },
        ...{
          status: 'done',
          outcome: 'completed',
          nextAt: now,
          lastCallId: second.callId,
          createdAt: now,
          updatedAt: now,
        },
      };
      statements.push(db.insert(contacts).values(contact), ...first.statements, ...second.statements);
    }
    await db.batch(statements as unknown as Parameters<typeof db.batch>[0]);
    made.push(...page.map(({ patient, contactId }) => ({ patient, contactId })));
  }
  return { id: campaign.id, people: made };
}

/** Counts what is asked of the database and of the vault from here on; real ones answer. */
export function countQuestions(given: { readonly DB: D1Database; readonly KEY_VAULT: typeof testEnv.KEY_VAULT }) {
  const asked = { statements: 0, vault: 0 };
  const env = given as { -readonly [name in keyof typeof given]: (typeof given)[name] };
  const { DB, KEY_VAULT } = env;
  env.DB = new Proxy(DB, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (name !== 'prepare') return typeof value === 'function' ? value.bind(target) : value;
      return (sql: string) => {
        asked.statements += 1;
        return target.prepare(sql);
      };
    },
  });
  env.KEY_VAULT = {
    getByName: (name: string) => {
      asked.vault += 1;
      return KEY_VAULT.getByName(name);
    },
  } as typeof KEY_VAULT;
  return asked;
}
