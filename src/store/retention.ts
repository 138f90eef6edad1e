/**
 * What the daily round of retention removes, rule by rule (domain/retention), a page at a time. That no hold stands is asked by the very
 * statement that removes (HS-21); that a thing is old enough too. Audio is only marked here: whoever marked it deletes the object.
 */
import { and, asc, eq, isNull, lt, not, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { RoundRuleId } from '../domain/retention/retention-policy.ts';
import type { ArchivedNote } from './archive-bucket.ts';
import type { Database } from './database.ts';
import { keepAttemptMark } from './database-marks.ts';
import { isHeld } from './holds.ts';
import { isOfCalls } from './jobs.ts';
import { firstIdAt } from './new-id.ts';
import { KEPT_ITS_TIME } from './recordings.ts';
import {
  attempts,
  callLogs,
  calls,
  campaigns,
  consents,
  contacts,
  deliveries,
  dialDecisions,
  disclosures,
  holds,
  jobs,
  notes,
  patientRequests,
  preflights,
  reassignedNumbers,
  recordings,
  recordingTranscripts,
  retentionRuns,
  reviews,
  tasks,
} from './schema.ts';

export interface PurgedPage {
  readonly removed: number;
  readonly mayBeMore: boolean;
  /** Of audio that was marked: what is to be deleted. */
  readonly audio: readonly { readonly callId: string; readonly id: string }[];
  /** Of notes that the archive has: what is to be deleted. */
  readonly archived: readonly ArchivedNote[];
}

const isStored = sql`recording_status = 'ready'`;
const isAudioDue = (before: number) => sql`${isStored} and signed_at is not null and ${calls.signedAt} < ${before}`;
/** Of a call that never began: when it was made. Whatever ended before was made before, which is in an index. */
const isCallDue = (before: number) =>
  and(lt(calls.createdAt, before), sql`coalesce(${calls.endedAt}, ${calls.createdAt}) < ${before}`);
const endedOf = (campaignId: typeof contacts.campaignId | typeof preflights.campaignId) =>
  sql`(select ${campaigns.endedAt} from ${campaigns} where ${campaigns.id} = ${campaignId})`;
/** By way of the campaigns, which are few. */
const ofCampaignsEnded = (before: number) =>
  sql`${contacts.campaignId} in (select ${campaigns.id} from ${campaigns} where ${campaigns.endedAt} < ${before})`;
/** In the words of the index that holds those. */
const hasConsentEnd = sql`(revoked_at is not null or expires_at is not null)`;
const consentEnded = sql`case when revoked_at is null then expires_at else revoked_at end`;

/** Their ids say when they were made, and need no index of that. */
const isDecidedBefore = (before: number) =>
  and(lt(dialDecisions.id, firstIdAt('dec', before)), lt(dialDecisions.decidedAt, before));
const isMadeBefore = (before: number) => and(lt(attempts.id, firstIdAt('att', before)), lt(attempts.createdAt, before));

/** A decision names its patient, or a call or contact that does. */
const isDecisionHeld = or(
  isHeld(dialDecisions.patientId),
  sql`exists (select 1 from calls where calls.id = ${dialDecisions.callId} and ${isHeld(sql`calls.patient_id`)})`,
  sql`exists (select 1 from contacts where contacts.id = ${dialDecisions.contactId} and ${isHeld(sql`contacts.patient_id`)})`,
) as SQL;
const isAttemptHeld = or(
  isHeld(attempts.patientId),
  sql`exists (select 1 from calls where calls.id = ${attempts.callId} and ${isHeld(sql`calls.patient_id`)})`,
) as SQL;

/** One page of one rule: what was counted from before `before` and is under no hold. */
export async function purgePage(db: Database, rule: RoundRuleId, before: number, limit: number): Promise<PurgedPage> {
  switch (rule) {
    case 'call_audio':
      return markAudio(db, before, limit);
    case 'call_records':
      return purgeCalls(db, before, limit);
    case 'dial_evidence':
      return removed(limit, [
        await db.delete(dialDecisions).where(
          sql`${dialDecisions.id} in (${db
            .select({ id: dialDecisions.id })
            .from(dialDecisions)
            .where(and(isDecidedBefore(before), not(isDecisionHeld)))
            .limit(limit)})`,
        ),
        await removeAttempts(db, before, limit),
      ]);
    case 'campaign_lists':
      return removed(limit, [
        await db.delete(contacts).where(
          sql`${contacts.id} in (${db
            .select({ id: contacts.id })
            .from(contacts)
            .where(and(ofCampaignsEnded(before), not(isHeld(contacts.patientId))))
            .limit(limit)})`,
        ),
        await db.delete(preflights).where(
          sql`${preflights.id} in (${db
            .select({ id: preflights.id })
            .from(preflights)
            .where(sql`${endedOf(preflights.campaignId)} < ${before}`)
            .limit(limit)})`,
        ),
      ]);
    case 'consents':
      return removed(limit, [
        await db.delete(consents).where(
          sql`${consents.id} in (${db
            .select({ id: consents.id })
            .from(consents)
            .where(and(hasConsentEnd, sql`${consentEnded} < ${before}`, not(isHeld(consents.patientId))))
            .limit(limit)})`,
        ),
      ]);
    case 'rights':
      return removed(limit, [
        await db.delete(patientRequests).where(
          sql`${patientRequests.id} in (${db
            .select({ id: patientRequests.id })
            .from(patientRequests)
            .where(and(sql`${patientRequests.endedAt} < ${before}`, not(isHeld(patientRequests.patientId))))
            .limit(limit)})`,
        ),
        await db.delete(disclosures).where(
          sql`${disclosures.id} in (${db
            .select({ id: disclosures.id })
            .from(disclosures)
            .where(and(lt(disclosures.at, before), not(isHeld(disclosures.patientId))))
            .limit(limit)})`,
        ),
        // Another one may stand on the same patient; written out, for the two are of one table.
        await db.delete(holds).where(
          sql`id in (select id from holds as old where old.lifted_at < ${before}
            and not exists (select 1 from holds as standing where standing.patient_id = old.patient_id and standing.lifted_at is null)
            limit ${limit})`,
        ),
      ]);
    case 'number_answers':
      return removed(limit, [
        await db
          .delete(reassignedNumbers)
          .where(
            sql`${reassignedNumbers.phoneHash} in (${db
              .select({ hash: reassignedNumbers.phoneHash })
              .from(reassignedNumbers)
              .where(lt(reassignedNumbers.answeredAt, before))
              .limit(limit)})`,
          ),
      ]);
  }
}

/** The newest may be among them. */
async function removeAttempts(db: Database, before: number, limit: number) {
  const due = db
    .select({ id: attempts.id })
    .from(attempts)
    .where(and(isMadeBefore(before), sql`${attempts.endedAt} is not null`, not(isAttemptHeld)))
    .limit(limit);
  const [, gone] = await db.batch([
    keepAttemptMark(db, before),
    db.delete(attempts).where(sql`${attempts.id} in (${due})`),
  ]);
  return gone;
}

/** More than asked for is never removed; as many in any one table, and there may be more. */
function removed(limit: number, results: readonly { readonly meta: { readonly changes: number } }[]): PurgedPage {
  const counts = results.map(({ meta }) => meta.changes);
  return {
    removed: counts.reduce((sum, n) => sum + n, 0),
    mayBeMore: counts.some((n) => n >= limit),
    audio: [],
    archived: [],
  };
}

async function markAudio(db: Database, before: number, limit: number): Promise<PurgedPage> {
  const due = db
    .select({ id: calls.id })
    .from(calls)
    .where(and(isAudioDue(before), not(isHeld(calls.patientId))))
    .orderBy(asc(calls.signedAt), asc(calls.id))
    .limit(limit);
  // The recordings first: the calls are told by what they show themselves.
  const [marked] = await db.batch([
    db
      .update(recordings)
      .set({ status: 'failed', reason: KEPT_ITS_TIME, sealed: null })
      .where(sql`${recordings.callId} in (${due})`)
      .returning({ id: recordings.id, callId: recordings.callId }),
    // What was written down from it has no source any more.
    db.delete(recordingTranscripts).where(sql`${recordingTranscripts.callId} in (${due})`),
    db.update(calls).set({ recordingStatus: 'failed' }).where(sql`${calls.id} in (${due})`),
  ]);
  return { removed: marked.length, mayBeMore: marked.length >= limit, audio: marked, archived: [] };
}

async function purgeCalls(db: Database, before: number, limit: number): Promise<PurgedPage> {
  const rows = await db
    .select({ id: calls.id })
    .from(calls)
    .where(and(isCallDue(before), not(isHeld(calls.patientId))))
    .orderBy(asc(calls.createdAt), asc(calls.id))
    .limit(limit);
  if (rows.length === 0) return { removed: 0, mayBeMore: false, audio: [], archived: [] };
  const ids = JSON.stringify(rows.map(({ id }) => id));
  // Asked again inside the batch: a hold that was placed meanwhile keeps its patient's.
  const going = db
    .select({ id: calls.id })
    .from(calls)
    .where(
      and(sql`${calls.id} in (select value from json_each(${ids}))`, isCallDue(before), not(isHeld(calls.patientId))),
    );
  const [audio, , , , , , , handed, gone] = await db.batch([
    db
      .delete(recordings)
      .where(sql`${recordings.callId} in (${going})`)
      .returning({ id: recordings.id, callId: recordings.callId }),
    db.delete(recordingTranscripts).where(sql`${recordingTranscripts.callId} in (${going})`),
    db.delete(notes).where(sql`${notes.callId} in (${going})`),
    db.delete(reviews).where(sql`${reviews.callId} in (${going})`),
    db.delete(callLogs).where(sql`${callLogs.callId} in (${going})`),
    db.delete(tasks).where(sql`${tasks.callId} in (${going})`),
    // Those of deliveries are known by them.
    db.delete(jobs).where(isOfCalls(sql`(${going})`)),
    db
      .delete(deliveries)
      .where(sql`${deliveries.callId} in (${going})`)
      .returning({ callId: deliveries.callId, version: deliveries.noteVersion, sink: deliveries.sink }),
    db.delete(calls).where(sql`${calls.id} in (${going})`).returning({ id: calls.id, createdAt: calls.createdAt }),
  ]);
  const times = new Map(gone.map(({ id, createdAt }) => [id, createdAt]));
  const archived = handed
    .filter(({ sink }) => sink === 'r2')
    .map(({ callId, version }) => ({ callId, version, createdAt: times.get(callId) ?? 0 }));
  return { removed: gone.length, mayBeMore: rows.length >= limit, audio, archived };
}

/** How much of a rule is due and stays because of a hold: looked for among the patients under one, of whom there are few. */
export async function countHeldBack(db: Database, rule: RoundRuleId, before: number): Promise<number> {
  const ofHeld = (patientId: SQLWrapper) =>
    sql`${patientId} in (select ${holds.patientId} from ${holds} where ${isNull(holds.liftedAt)})`;
  switch (rule) {
    case 'call_audio':
      return db.$count(calls, and(isAudioDue(before), isHeld(calls.patientId)));
    case 'call_records':
      return db.$count(calls, and(isCallDue(before), ofHeld(calls.patientId)));
    case 'dial_evidence':
      return (
        (await db.$count(dialDecisions, and(isDecidedBefore(before), isDecisionHeld))) +
        (await db.$count(
          attempts,
          and(
            isMadeBefore(before),
            or(
              ofHeld(attempts.patientId),
              sql`${attempts.callId} in (select ${calls.id} from ${calls} where ${ofHeld(calls.patientId)})`,
            ),
          ),
        ))
      );
    case 'campaign_lists':
      return db.$count(contacts, and(ofHeld(contacts.patientId), sql`${endedOf(contacts.campaignId)} < ${before}`));
    case 'consents':
      return db.$count(consents, and(ofHeld(consents.patientId), sql`${consentEnded} < ${before}`));
    case 'rights':
      return (
        (await db.$count(
          patientRequests,
          and(ofHeld(patientRequests.patientId), sql`${patientRequests.endedAt} < ${before}`),
        )) + (await db.$count(disclosures, and(ofHeld(disclosures.patientId), lt(disclosures.at, before))))
      );
    case 'number_answers':
      return 0;
  }
}

/** The moment from which the oldest thing of a rule counts, held or not; null: there is none. */
export async function oldestOf(db: Database, rule: RoundRuleId): Promise<number | null> {
  const [row] = await oldest(db, rule);
  return row?.at ?? null;
}

function oldest(db: Database, rule: RoundRuleId): Promise<{ at: number | null }[]> {
  const at = (column: SQL) => ({ at: sql<number | null>`min(${column})` });
  switch (rule) {
    case 'call_audio':
      return db
        .select(at(sql`${calls.signedAt}`))
        .from(calls)
        .where(sql`${isStored} and signed_at is not null`);
    case 'call_records':
      return db.select(at(sql`${calls.createdAt}`)).from(calls);
    case 'dial_evidence':
      return db.select({ at: dialDecisions.decidedAt }).from(dialDecisions).orderBy(asc(dialDecisions.id)).limit(1);
    case 'campaign_lists':
      return db.select(at(sql`${campaigns.endedAt}`)).from(campaigns);
    case 'consents':
      return db.select(at(consentEnded)).from(consents).where(hasConsentEnd);
    case 'rights':
      return db.select(at(sql`${patientRequests.endedAt}`)).from(patientRequests);
    case 'number_answers':
      return db.select(at(sql`${reassignedNumbers.answeredAt}`)).from(reassignedNumbers);
  }
}

/** Audio that nobody has signed for, longer than it should be kept: it is never removed unseen, but somebody has to look. */
export interface OverdueAudio {
  readonly callId: string;
  readonly at: number;
}
export async function overdueAudio(
  db: Database,
  before: number,
  limit: number,
): Promise<{ count: number; shown: OverdueAudio[] }> {
  const isOverdue = and(isStored, sql`signed_at is null`, lt(calls.createdAt, before));
  const [count, shown] = await Promise.all([
    db.$count(calls, isOverdue),
    db
      .select({ callId: calls.id, at: calls.createdAt })
      .from(calls)
      .where(isOverdue)
      .orderBy(asc(calls.createdAt), asc(calls.id))
      .limit(limit),
  ]);
  return { count, shown };
}

export type RetentionRun = typeof retentionRuns.$inferSelect;

/** What one round did by one rule; removals add up over the rounds. */
export const noteRun = (db: Database, run: Omit<RetentionRun, 'removedTotal'>) =>
  db
    .insert(retentionRuns)
    .values({ ...run, removedTotal: run.removed })
    .onConflictDoUpdate({
      target: retentionRuns.rule,
      set: { ...run, removedTotal: sql`${retentionRuns.removedTotal} + excluded.removed` },
    });

export const retentionRunsByRule = async (db: Database): Promise<Map<string, RetentionRun>> =>
  new Map((await db.select().from(retentionRuns)).map((row) => [row.rule, row]));

/** The youngest record of a patient that a law may ask to be kept; null: there is none. */
export async function newestRecordOf(db: Database, patientId: string): Promise<number | null> {
  const [row] = await db
    .select({ at: sql<number | null>`max(coalesce(${calls.endedAt}, ${calls.createdAt}))` })
    .from(calls)
    .where(and(eq(calls.patientId, patientId), not(isNull(calls.noteAt))));
  return row?.at ?? null;
}
