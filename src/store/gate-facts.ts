/**
 * What the dial gate needs to know, read at the moment of the decision: for one call or for a page of contacts, in the same few
 * statements. Whoever cannot read it calls nobody.
 */
import { and, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import type { ConsentOnFile, EarlierCall, GateFacts } from '../domain/campaign/gate.ts';
import type { Purpose } from '../domain/campaign/gate-policy.ts';
import type { Config } from '../env.ts';
import { consentsOnFile, pairKey } from './consents.ts';
import type { Database } from './database.ts';
import type { Patient } from './patients.ts';
import { reassignedAnswers } from './reassigned-numbers.ts';
import { attempts, calls, spend } from './schema.ts';
import { hashesOfEach, type KeyRing } from './seal.ts';
import { suppressedOf } from './suppressions.ts';

export interface GateSubject {
  readonly phoneNumber: string;
  /** Whether it is a US number that may be rung at all, as whoever read it found. */
  readonly numberValid: boolean;
  /** Null for somebody not yet on file. */
  readonly patient: Pick<Patient, 'id' | 'flags' | 'state' | 'timeZone'> | null;
  /** A consent stated with this very request, not stored yet. */
  readonly statedConsent: ConsentOnFile | null;
  /** The attempt itself, which does not stand in its own way. */
  readonly attemptId: string | null;
}
/** The same for all that are asked about together. */
export interface GateOccasion {
  /** Whether somebody stopped all dialing; null where the dialer could not be asked. */
  readonly stopped: boolean | null;
  readonly purpose: Purpose;
  /** The questionnaire is approved; of a campaign, it runs. */
  readonly approved: boolean;
  readonly campaign: { readonly id: string; readonly spendCapNanos: number | null } | null;
  /** A test call to staff: the caps are about patients. */
  readonly isTest: boolean;
}

/** Longer than the longest cap, by the longest that an attempt waits to be dialled. */
export const LOOK_BACK_MS = 8 * 24 * 3_600_000;

export async function readGateFacts(
  db: Database,
  config: Config,
  occasion: GateOccasion,
  subjects: readonly GateSubject[],
  now: number,
): Promise<GateFacts[]> {
  const ring = config.keyRing;
  const numbers = [...new Set(subjects.map(({ phoneNumber }) => phoneNumber))];
  const hashes = hashesOfEach(ring, 'phone', numbers);
  const patientIds = [...new Set(subjects.flatMap(({ patient }) => patient?.id ?? []))];
  const pairs = subjects.flatMap(({ patient, phoneNumber }) =>
    patient === null ? [] : [{ patientId: patient.id, phoneNumber }],
  );
  const [suppressed, consents, answers, earlier, reserved, money] = await Promise.all([
    suppressedOf(db, ring, numbers, hashes),
    consentsOnFile(db, ring, pairs, hashes),
    config.loopback ? null : readReassigned(db, ring, numbers, hashes, patientIds),
    occasion.isTest ? null : earlierCalls(db, [...hashes.values()].flat(), patientIds, now),
    reservations(db, [...hashes.values()].flat(), patientIds),
    readSpend(db, config, occasion.campaign, now),
  ]);
  const own = new Set(config.telnyx.fromNumbers);
  // Of a page of thousands nobody is held against all the others.
  const [callsOf, reservationsOf] = [ofEither(earlier ?? []), ofEither(reserved)];
  return subjects.map((subject) => {
    const { phoneNumber, patient } = subject;
    const theirs = hashes.get(phoneNumber) ?? [];
    const onFile = patient === null ? [] : (consents.get(pairKey(patient.id, phoneNumber)) ?? []);
    return {
      stopped: occasion.stopped,
      production: config.dialing.production,
      approved: occasion.approved,
      numberValid: subject.numberValid && !own.has(phoneNumber),
      suppressed: suppressed.get(phoneNumber) ?? null,
      flags: patient?.flags ?? [],
      purpose: occasion.purpose,
      consents: subject.statedConsent === null ? onFile : [...onFile, subject.statedConsent],
      reassigned: answers === null ? { check: 'off' } : answers(phoneNumber, patient?.id ?? null),
      callingHours: config.dialing.callingHours,
      place: {
        areaCode: phoneNumber.slice(2, 5),
        state: patient?.state ?? null,
        zone: patient?.timeZone ?? null,
      },
      earlier: callsOf(theirs, patient?.id ?? null).flatMap((call): EarlierCall[] => {
        const samePatient = patient !== null && call.patient === patient.id;
        const sameNumber = call.number !== null && theirs.includes(call.number);
        if (call.dialedAt === null || call.id === subject.attemptId) return [];
        return [{ dialedAt: call.dialedAt, answeredAt: call.answeredAt, samePatient, sameNumber }];
      }),
      spend: money,
      reserved: reservationsOf(theirs, patient?.id ?? null).some(({ id }) => id !== subject.attemptId),
    };
  });
}

/** The rows at one of these numbers or of this patient, each once. */
function ofEither<Row extends { readonly number: string | null; readonly patient: string | null }>(
  rows: readonly Row[],
) {
  const [atNumber, ofPatient] = [Map.groupBy(rows, (row) => row.number), Map.groupBy(rows, (row) => row.patient)];
  return (hashes: readonly string[], patientId: string | null): Row[] => {
    const found = hashes.flatMap((hash) => atNumber.get(hash) ?? []);
    return [...new Set([...found, ...(patientId === null ? [] : (ofPatient.get(patientId) ?? []))])];
  };
}

const given = (values: readonly string[]) => sql`(select value from json_each(${JSON.stringify(values)}))`;

/** By number and by patient, each by its own index; a call that is both comes once. */
async function earlierCalls(db: Database, hashes: readonly string[], patientIds: readonly string[], now: number) {
  const { id, phoneHash, patientId, dialedAt, answeredAt, createdAt, counts } = attempts;
  const recent = and(gt(createdAt, now - LOOK_BACK_MS), eq(counts, true), isNotNull(dialedAt));
  const columns = { id, number: phoneHash, patient: patientId, dialedAt, answeredAt };
  const [byNumber, byPatient] = await Promise.all([
    db
      .select(columns)
      .from(attempts)
      .where(and(sql`${phoneHash} in ${given(hashes)}`, recent)),
    db
      .select(columns)
      .from(attempts)
      .where(and(sql`${patientId} in ${given(patientIds)}`, recent)),
  ]);
  return [...new Map([...byNumber, ...byPatient].map((row) => [row.id, row])).values()];
}

async function reservations(db: Database, hashes: readonly string[], patientIds: readonly string[]) {
  const { id, reservedNumber, reservedPatient } = attempts;
  const columns = { id, number: reservedNumber, patient: reservedPatient };
  const [byNumber, byPatient] = await Promise.all([
    db
      .select(columns)
      .from(attempts)
      .where(sql`${reservedNumber} in ${given(hashes)}`),
    db
      .select(columns)
      .from(attempts)
      .where(sql`${reservedPatient} in ${given(patientIds)}`),
  ]);
  return [...byNumber, ...byPatient];
}

/** TC-21, and when each patient was last known to be at the number: on a call in which they said who they are. */
async function readReassigned(
  db: Database,
  ring: KeyRing,
  numbers: readonly string[],
  hashes: ReadonlyMap<string, readonly string[]>,
  patientIds: readonly string[],
) {
  const [answers, proofs] = await Promise.all([
    reassignedAnswers(db, ring, numbers, hashes),
    db
      .select({
        patientId: attempts.patientId,
        phoneHash: attempts.phoneHash,
        at: sql<number>`max(${calls.answeredAt})`,
      })
      .from(attempts)
      .innerJoin(calls, eq(calls.id, attempts.callId))
      .where(and(sql`${attempts.patientId} in ${given(patientIds)}`, eq(calls.identity, 'verified')))
      .groupBy(attempts.patientId, attempts.phoneHash),
  ]);
  const proofsOf = Map.groupBy(proofs, (row) => row.patientId);
  return (phoneNumber: string, patientId: string | null): GateFacts['reassigned'] => {
    const told = answers.get(phoneNumber) ?? null;
    const proof = (patientId === null ? [] : (proofsOf.get(patientId) ?? [])).filter(
      ({ phoneHash }) => phoneHash !== null && hashes.get(phoneNumber)?.includes(phoneHash),
    );
    return {
      check: 'on',
      answer: told?.answer ?? null,
      answeredAt: told?.answeredAt ?? null,
      lastProofAt: proof.length === 0 ? null : Math.max(...proof.map(({ at }) => at)),
    };
  };
}

async function readSpend(
  db: Database,
  config: Config,
  campaign: GateOccasion['campaign'],
  now: number,
): Promise<GateFacts['spend']> {
  const day = new Date(now).toISOString().slice(0, 10);
  const sum = sql<number>`coalesce(sum(${spend.nanos}), 0)`;
  const [[today], [ofCampaign]] = await Promise.all([
    db
      .select({ nanos: sum })
      .from(spend)
      .where(inArray(spend.day, [day])),
    campaign === null ? [{ nanos: 0 }] : db.select({ nanos: sum }).from(spend).where(eq(spend.campaignId, campaign.id)),
  ]);
  return {
    todayNanos: today?.nanos ?? 0,
    dayCapNanos: config.dialing.spendCapNanosPerDay,
    campaignNanos: ofCampaign?.nanos ?? 0,
    campaignCapNanos: campaign?.spendCapNanos ?? null,
  };
}
