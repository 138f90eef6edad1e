/** Test calls of a campaign to staff: calls without a contact. */
import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import type { Database } from './database.ts';
import { calls } from './schema.ts';

export async function hasAnsweredTest(db: Database, campaignId: string): Promise<boolean> {
  const rows = await db
    .select({ id: calls.id })
    .from(calls)
    .where(and(eq(calls.campaignId, campaignId), isNull(calls.contactId), isNotNull(calls.answeredAt)))
    .limit(1);
  return rows.length > 0;
}
