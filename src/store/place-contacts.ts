/**
 * A page of contacts, each put to the gate; whoever may be called gets call, attempt and decision, all in one batch. The attempt's
 * row is the reservation: a contact whose number or patient is taken meanwhile is left as it was (X10).
 */
import { and, eq, sql } from 'drizzle-orm';
import { type AfterGate, afterGate } from '../domain/campaign/after-gate.ts';
import { decide, type GateDecision, type GateFacts } from '../domain/campaign/gate.ts';
import type { Config } from '../env.ts';
import type { Campaign } from './campaigns.ts';
import { type Contact, type ContactMove, type ContactRow, openContactsWith } from './contacts.ts';
import type { Database } from './database.ts';
import { decisionRow } from './dial-decisions.ts';
import { readGateFacts } from './gate-facts.ts';
import { newCallRows } from './new-call-rows.ts';
import { dataKeysOf } from './patient-keys.ts';
import { openPatientsWith, type Patient, patientRows } from './patients.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { attempts, calls, contacts, dialDecisions } from './schema.ts';

export interface PlacedContact {
  readonly attemptId: string;
  readonly callId: string;
}
/** What the gate said of a contact, and what follows from it. */
export interface JudgedContact {
  readonly contact: Contact;
  readonly patient: Patient;
  readonly facts: GateFacts;
  readonly decision: GateDecision;
  readonly after: AfterGate;
}

/** Contacts whose patient was erased meanwhile are in `gone`. */
export async function judgeContacts(
  db: Database,
  config: Config,
  campaign: Campaign,
  rows: readonly ContactRow[],
  { stopped, isValid }: { readonly stopped: boolean | null; readonly isValid: (phoneNumber: string) => boolean },
  now: number,
): Promise<{ readonly judged: readonly JudgedContact[]; readonly gone: readonly ContactRow[] }> {
  const ids = rows.map((row) => row.patientId);
  const [keys, theirs] = await Promise.all([dataKeysOf(config.keyRing, ids), patientRows(db, ids)]);
  const patients = new Map(openPatientsWith(keys, theirs).map((patient) => [patient.id, patient]));
  const known = openContactsWith(keys, rows).flatMap((contact) => {
    const patient = patients.get(contact.patientId);
    return patient === undefined ? [] : [{ contact, patient }];
  });
  const occasion = {
    ...{ stopped, purpose: campaign.purpose, approved: true, isTest: false },
    campaign: { id: campaign.id, spendCapNanos: campaign.spendCapNanos },
  };
  const subjects = known.map(({ contact: { phoneNumber }, patient }) => {
    return { phoneNumber, numberValid: isValid(phoneNumber), patient, statedConsent: null, attemptId: null };
  });
  const facts = await readGateFacts(db, config, occasion, subjects, now);
  const judged = known.map(({ contact, patient }, i) => {
    const read = facts[i] as GateFacts;
    const decision = decide(read, now);
    return { contact, patient, facts: read, decision, after: afterGate(decision, campaign.endsAt, now) };
  });
  const opened = new Set(known.map(({ contact }) => contact.id));
  return { judged, gone: rows.filter(({ id }) => !opened.has(id)) };
}

/** Calls, attempts and decisions of those the gate let through. Two of one page at one number: the second finds it taken. */
export async function placeContacts(
  db: Database,
  config: Config,
  campaign: Campaign,
  judged: readonly JudgedContact[],
  now: number,
): Promise<PlacedContact[]> {
  const keys = await dataKeysOf(
    config.keyRing,
    judged.map(({ patient }) => patient.id),
  );
  const questionnaire = { id: campaign.questionnaireId, version: campaign.questionnaireVersion };
  const rows = judged.flatMap(({ contact, patient, facts, decision }) => {
    const dataKey = keys.get(patient.id);
    if (dataKey === undefined || !decision.allowed) return [];
    const { phoneNumber, externalId, id: contactId } = contact;
    const of = { patient, dataKey, phoneNumber, language: patient.language, questionnaire, campaignId: campaign.id };
    const call = newCallRows(config, { ...of, contactId, externalId, attempt: contact.rings + 1, counts: true }, now);
    const about = {
      ...{ callId: call.call.id, attemptId: call.attempt.id, campaignId: campaign.id, contactId },
      ...{ patientId: patient.id, moment: 'preview' as const, from: call.from, questionnaire },
    };
    return [{ ...call, decision: decisionRow(about, decision, facts, now) }];
  });
  if (rows.length === 0) return [];
  const isPlaced = sql`exists (select 1 from attempts where attempts.call_id = r.value ->> 'callId')`;
  const isReady = sql`exists (
    select 1 from contacts where contacts.id = r.value ->> 'contactId' and contacts.status = 'ready')`;
  const placed = JSON.stringify(rows.map(({ attempt }) => [attempt.contactId, attempt.callId]));
  const callIdOf = sql<string>`(select r.value ->> 1 from json_each(${placed}) as r where r.value ->> 0 = ${contacts.id})`;
  const [inserted] = await db.batch([
    db
      .insert(attempts)
      .select(
        rowsFromJson(
          attempts,
          rows.map(({ attempt }) => attempt),
          isReady,
        ),
      )
      .onConflictDoNothing()
      .returning({ attemptId: attempts.id, callId: attempts.callId }),
    db.insert(calls).select(
      rowsFromJson(
        calls,
        rows.map(({ call }) => call),
        sql`exists (select 1 from attempts where attempts.call_id = r.value ->> 'id')`,
      ),
    ),
    db.insert(dialDecisions).select(
      rowsFromJson(
        dialDecisions,
        rows.map((row) => row.decision),
        isPlaced,
      ),
    ),
    db
      .update(contacts)
      .set({ status: 'active', code: null, lastCallId: callIdOf, updatedAt: now })
      .where(
        and(
          sql`${contacts.id} in (select r.value ->> 0 from json_each(${placed}) as r)`,
          eq(contacts.status, 'ready'),
          sql`exists (select 1 from attempts where attempts.call_id = ${callIdOf})`,
        ),
      ),
  ]);
  return inserted;
}

/** Why those of a page are not dialled now (TC-26); of those that are, the decision is written with their call. */
export async function insertDecisions(
  db: Database,
  campaign: Campaign,
  judged: readonly JudgedContact[],
  now: number,
): Promise<void> {
  if (judged.length === 0) return;
  const questionnaire = { id: campaign.questionnaireId, version: campaign.questionnaireVersion };
  const rows = judged.map(({ contact, facts, decision }) => {
    const about = {
      ...{ callId: null, attemptId: null, campaignId: campaign.id, contactId: contact.id },
      ...{ patientId: contact.patientId, moment: 'preview' as const, from: null, questionnaire },
    };
    return decisionRow(about, decision, facts, now);
  });
  await db.insert(dialDecisions).select(rowsFromJson(dialDecisions, rows));
}

/** For a contact that is not dialled now. */
export function moveOf({ id, nextAt, lastCallId }: MovedRow, after: AfterGate): ContactMove {
  const common = { id, lastCallId, outcome: null, rang: false };
  return after.kind === 'wait'
    ? { ...common, status: 'ready', code: after.code, nextAt: after.at }
    : { ...common, status: 'skipped', code: after.kind === 'dial' ? null : after.code, nextAt };
}
type MovedRow = Pick<ContactRow, 'id' | 'nextAt' | 'lastCallId'>;

export const moveErased = (row: MovedRow): ContactMove => moveOf(row, { kind: 'skip', code: 'patient_erased' });

export const moveFinished = ({ id, nextAt, lastCallId }: MovedRow): ContactMove => ({
  ...{ id, nextAt, lastCallId, rang: false },
  ...{ status: 'done', code: 'complete', outcome: 'completed' },
});
