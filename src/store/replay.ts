/**
 * What is written again into a database that was set back, beside the do-not-call list and the audit (HS-12): dials that were made, and a
 * hold on whoever may have asked for something that is lost. Everything twice is as once.
 */
import { and, desc, eq, inArray, isNotNull, isNull, lt, notInArray, sql } from 'drizzle-orm';
import { CALL_STATUSES, isLiveStatus } from '../domain/intake/call-record.ts';
import type { Database } from './database.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { attempts, auditEvents, calls, campaigns, consents, contacts } from './schema.ts';

/** A dial as the Dialer granted it. */
export interface KnownDial {
  readonly attemptId: string;
  readonly callId: string;
  readonly campaignId: string | null;
  readonly contactId: string | null;
  readonly patientId: string;
  /** Null: the patient was erased since. */
  readonly phoneHash: string | null;
  readonly counts: boolean;
  readonly dialedAt: number;
}

/** Why a consent or a contact does not count, and a campaign pauses, since the database was set back. */
const SET_BACK = 'database_set_back';

/**
 * Attempts that D1 does not know, or not as dialled. What became of them is not known here: they count as answered, the stricter of the two
 * for the caps. People of a campaign who were dialled are done with: whoever runs it looks at them. How many were missing.
 */
export async function replayDials(db: Database, dials: readonly KnownDial[], now: number): Promise<number> {
  if (dials.length === 0) return 0;
  const rows = dials.map(({ attemptId, dialedAt, ...dial }) => ({
    ...{ ...dial, id: attemptId, status: 'ended', reservedNumber: null, reservedPatient: null },
    ...{ createdAt: dialedAt, dialedAt, answeredAt: dialedAt, endedAt: dialedAt },
  }));
  const given = sql`json_each(${JSON.stringify(rows)}) as r`;
  const one = (column: string) =>
    sql`(select r.value ->> ${column} from ${given} where r.value ->> 'id' = ${attempts.id})`;
  const [inserted] = await db.batch([
    db.insert(attempts).select(rowsFromJson(attempts, rows)).onConflictDoNothing().returning({ id: attempts.id }),
    db
      .update(attempts)
      .set({
        ...{ status: 'ended', reservedNumber: null, reservedPatient: null, endedAt: one('endedAt') },
        ...{ dialedAt: one('dialedAt'), answeredAt: one('answeredAt') },
      })
      .where(
        and(
          // Also where the sweep has ended meanwhile what it only knew to wait.
          isNull(attempts.dialedAt),
          sql`${attempts.id} in (select r.value ->> 'id' from ${given})`,
        ),
      ),
    db
      .update(contacts)
      .set({ status: 'done', code: SET_BACK, updatedAt: now })
      .where(
        and(
          inArray(contacts.status, ['ready', 'active']),
          sql`${contacts.id} in (select r.value ->> 'contactId' from ${given})`,
        ),
      ),
  ]);
  return inserted.length;
}

/** Nobody goes on by itself with a list whose state is that of an earlier time. How many were paused. */
export async function pauseCampaigns(db: Database): Promise<number> {
  const paused = await db
    .update(campaigns)
    .set({ status: 'paused', statusReason: SET_BACK })
    .where(eq(campaigns.status, 'running'))
    .returning({ id: campaigns.id });
  return paused.length;
}

/** The number of the last line of the audit from before that; 0: there is none. */
export async function lastLineBefore(db: Database, at: number): Promise<number> {
  const [row] = await db
    .select({ seq: auditEvents.seq })
    .from(auditEvents)
    .where(lt(auditEvents.at, at))
    .orderBy(desc(auditEvents.at), desc(auditEvents.seq))
    .limit(1);
  return row?.seq ?? 0;
}

const LIVE = CALL_STATUSES.filter(isLiveStatus);
/** After its end a call may still prove to be another's: by an answer that comes late, and as long as the mark may be behind. */
const SETTLES_MS = 3 * 60_000;

/**
 * Whoever was dialled in a call whose end D1 does not know: they may have said that the number is not theirs (TC-22), so they are not called
 * before staff have looked. Consents given after `since` are known as they are. How many patients.
 */
export async function holdUnknownEndings(
  db: Database,
  dials: readonly Pick<KnownDial, 'callId' | 'patientId'>[],
  since: number,
  now: number,
): Promise<number> {
  if (dials.length === 0) return 0;
  const given = JSON.stringify(dials.map(({ callId, patientId }) => ({ callId, patientId })));
  const hasEnded = sql`exists (select 1 from ${calls} where ${calls.id} = r.value ->> 'callId' and ${notInArray(calls.status, LIVE)}
    and coalesce(${calls.endedAt}, 0) not between ${since} and ${since + SETTLES_MS})`;
  const held = await db
    .update(consents)
    .set({ revokedAt: now, revokedReason: SET_BACK })
    .where(
      and(
        isNull(consents.revokedAt),
        lt(consents.createdAt, since),
        sql`${consents.patientId} in (select r.value ->> 'patientId' from json_each(${given}) as r where not ${hasEnded})`,
      ),
    )
    .returning({ patientId: consents.patientId });
  return new Set(held.map(({ patientId }) => patientId)).size;
}

/** What may have ended somebody's consent to be called, or changed what it stands on. */
const CHANGES = ['consent.revoke', 'patient.flag', 'patient.change'];

/** A line of the audit in the order of time. */
export interface AuditPlace {
  readonly at: number;
  readonly seq: number;
}

/**
 * Whoever was changed after `since` by the audit: what was changed is lost, so they are not called before staff have looked. So many lines
 * are looked at in one go; `next` null: that was the last.
 */
export async function holdChangedPatients(
  db: Database,
  { since, after, lines }: { readonly since: number; readonly after: AuditPlace | null; readonly lines: number },
  now: number,
): Promise<{ readonly held: number; readonly next: AuditPlace | null }> {
  const from = after ?? { at: since, seq: -1 };
  const isAfter = sql`(${auditEvents.at}, ${auditEvents.seq}) > (${from.at}, ${from.seq})`;
  const [end] = await db
    .select({ at: auditEvents.at, seq: auditEvents.seq })
    .from(auditEvents)
    .where(isAfter)
    .orderBy(auditEvents.at, auditEvents.seq)
    .limit(1)
    .offset(lines - 1);
  const changed = db
    .selectDistinct({ patientId: auditEvents.patientId })
    .from(auditEvents)
    .where(
      and(
        isAfter,
        end === undefined ? undefined : sql`(${auditEvents.at}, ${auditEvents.seq}) <= (${end.at}, ${end.seq})`,
        lt(auditEvents.status, 400),
        isNotNull(auditEvents.patientId),
        inArray(auditEvents.action, CHANGES),
      ),
    );
  const held = await db
    .update(consents)
    .set({ revokedAt: now, revokedReason: SET_BACK })
    .where(and(isNull(consents.revokedAt), lt(consents.createdAt, since), inArray(consents.patientId, changed)))
    .returning({ patientId: consents.patientId });
  return { held: new Set(held.map(({ patientId }) => patientId)).size, next: end ?? null };
}
