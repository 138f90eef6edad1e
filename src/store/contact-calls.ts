/** The calls of a campaign, as its pages list them: by contact, and the test calls to staff, which have none. */
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { CallStatus } from '../domain/intake/call-record.ts';
import type { Database } from './database.ts';
import { attempts, calls } from './schema.ts';

export interface ContactCall {
  readonly callId: string;
  readonly status: CallStatus;
  readonly dialedAt: number | null;
  readonly createdAt: number;
}

/** Every call that was made for a contact, the first first. */
export async function callsOfContacts(
  db: Database,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ContactCall[]>> {
  const rows = await db
    .select({
      ...{ contactId: attempts.contactId, callId: calls.id, status: calls.status },
      ...{ dialedAt: calls.dialedAt, createdAt: calls.createdAt },
    })
    .from(attempts)
    .innerJoin(calls, eq(calls.id, attempts.callId))
    .where(sql`${attempts.contactId} in (select value from json_each(${JSON.stringify(contactIds)}))`)
    .orderBy(asc(calls.createdAt), asc(calls.id));
  const found = new Map<string, ContactCall[]>();
  for (const { contactId, ...call } of rows) {
    const list = found.get(contactId ?? '') ?? [];
    list.push({ ...call, status: call.status as CallStatus });
    found.set(contactId ?? '', list);
  }
  return found;
}

/** The newest test call to staff. */
export async function newestTestCall(db: Database, campaignId: string): Promise<ContactCall | null> {
  const [row] = await db
    .select({ callId: calls.id, status: calls.status, dialedAt: calls.dialedAt, createdAt: calls.createdAt })
    .from(calls)
    .where(and(eq(calls.campaignId, campaignId), isNull(calls.contactId)))
    .orderBy(desc(calls.createdAt), desc(calls.id))
    .limit(1);
  return row === undefined ? null : { ...row, status: row.status as CallStatus };
}
