/**
 * Who has an intake that was begun, or asked for, and not finished (X3): the newest call of the last days that says anything
 * about it was broken off, or reached nobody. What had been answered stands in the newest note.
 */
import { and, desc, eq, gte, inArray, ne, or, sql } from 'drizzle-orm';
import type { CallStatus } from '../domain/intake/call-record.ts';
import type { Questionnaire } from '../domain/intake/questionnaire.ts';
import type { Answer, RaisedFlag } from '../domain/intake/state.ts';
import { type CallSoFar, isSettled, SETTLED_STATUSES, UNFINISHED_STATUSES } from '../domain/note/newest-note.ts';
import { answersOf, flagsOf, type Note } from '../domain/note/note.ts';
import type { Database } from './database.ts';
import { getNote } from './notes.ts';
import type { PatientKeys } from './patient-keys.ts';
import type { Patient } from './patients.ts';
import { questionnaireVersion } from './questionnaires.ts';
import { calls, notes } from './schema.ts';

/** Answers older than this are asked again. */
const RESUME_WITHIN_MS = 7 * 24 * 3_600_000;
/** Calls of the same patient since: more than a handful without a word about the intake are not looked through. */
const MOST_CALLS = 5;
const LIVE: CallStatus[] = ['queued', 'dialing', 'ringing', 'in_progress'];

export interface UnfinishedIntake {
  readonly questionnaire: Questionnaire;
  readonly answers: Readonly<Record<string, Answer>>;
  readonly redFlags: readonly RaisedFlag[];
  /** The campaign it was begun for, whose words fill the prompts; null: none. */
  readonly campaign: { readonly id: string; readonly contactId: string } | null;
}

/** Asks the session of a call for it as far as it has come; null: it is not held there, or says nothing of an intake. */
export type AskCallSoFar = (callId: string) => Promise<CallSoFar | null>;

/**
 * Null: there is nothing to go on with. A call that has not been written down yet counts as broken off: most people ring back
 * within seconds, before it has (`except`: the one they are ringing with).
 */
export async function unfinishedIntake(
  db: Database,
  ring: PatientKeys,
  patient: Patient,
  { now, except, callSoFar }: { readonly now: number; readonly except: string; readonly callSoFar: AskCallSoFar },
): Promise<UnfinishedIntake | null> {
  const newest = await db
    .select({
      ...{ id: calls.id, status: calls.status, direction: calls.direction },
      ...{ questionnaire: calls.questionnaireId, version: calls.questionnaireVersion },
      ...{ campaignId: calls.campaignId, contactId: calls.contactId },
    })
    .from(calls)
    .where(
      and(
        ofPatient(patient, now),
        ne(calls.id, except),
        or(
          and(inArray(calls.status, [...UNFINISHED_STATUSES, ...SETTLED_STATUSES]), saysAnything),
          inArray(calls.status, LIVE),
        ),
      ),
    )
    .orderBy(desc(calls.createdAt), desc(calls.id))
    .limit(MOST_CALLS);
  for (const call of newest) {
    const isLive = LIVE.some((status) => status === call.status);
    const soFar = isLive ? await callSoFar(call.id) : null;
    if (isSettled(call.status) || soFar?.settled) return null;
    // A live inbound call is a stranger's until it is known who rings.
    if (isLive && soFar === null && call.direction === 'inbound') continue;
    const { id, version } = soFar?.note?.questionnaire ?? { id: call.questionnaire, version: call.version };
    const questionnaire = await questionnaireVersion(db, id, version);
    if (questionnaire === null) return null;
    const note = withAnswers(soFar?.note ?? null) ?? (await earlierNote(db, ring, patient, questionnaire, now));
    // Whoever has rung back before was asked by that call, which is of no campaign.
    const begun = newest.find((each) => each.campaignId !== null && each.questionnaire === id);
    const campaign =
      begun?.campaignId == null || begun.contactId === null
        ? null
        : { id: begun.campaignId, contactId: begun.contactId };
    return note === null
      ? { questionnaire, campaign, answers: {}, redFlags: [] }
      : { questionnaire, campaign, answers: answersOf(note, Date.parse), redFlags: flagsOf(note, Date.parse) };
  }
  return null;
}

const withAnswers = (note: Note | null): Note | null =>
  note !== null && Object.keys(answersOf(note, Date.parse)).length > 0 ? note : null;

const ofPatient = (patient: Patient, now: number) =>
  and(eq(calls.patientId, patient.id), gte(calls.createdAt, now - RESUME_WITHIN_MS));

/** An inbound call without a note was a stranger's: it asked nothing, and began nothing. */
const saysAnything = or(
  eq(calls.direction, 'outbound'),
  sql`exists (select 1 from ${notes} where ${notes.callId} = ${calls.id})`,
);

/** The newest note, unless it belongs to an intake that was settled, or to other questions. */
async function earlierNote(
  db: Database,
  ring: PatientKeys,
  patient: Patient,
  { id, version }: Questionnaire,
  now: number,
): Promise<Note | null> {
  const [noted] = await db
    .select({ callId: calls.id, status: calls.status })
    .from(calls)
    .where(and(ofPatient(patient, now), sql`exists (select 1 from ${notes} where ${notes.callId} = ${calls.id})`))
    .orderBy(desc(calls.createdAt), desc(calls.id))
    .limit(1);
  if (noted === undefined || noted.status !== 'partial') return null;
  const note = await getNote(db, ring, noted.callId);
  const same = note !== null && note.questionnaire.id === id && note.questionnaire.version === version;
  return same ? note : null;
}
