/** How long a sign-in has been idle (HS-03): one row for each person and `iat`, which outlives every token that could bring it back. */
import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { staffSessions } from './schema.ts';

export interface SignIn {
  /** A digest of the token's `sub`. */
  readonly subject: string;
  /** The token's `iat` and `exp`, epoch milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const IDLE_LIMIT_MS = 15 * 60_000;
/** Use is noted once in so long, not with every request. */
const NOTED_EVERY_MS = 30_000;

/**
 * Whether the sign-in still counts: `begun` at its first use, `idle` once and for all after 15 minutes without use. `isUse`: somebody did
 * something; a page that asks by itself does not keep anybody signed in.
 */
export async function useSignIn(
  db: Database,
  { subject, issuedAt, expiresAt }: SignIn,
  now: number,
  isUse: boolean,
): Promise<'begun' | 'live' | 'became_idle' | 'idle'> {
  const own = and(eq(staffSessions.subject, subject), eq(staffSessions.issuedAt, issuedAt));
  const [known] = await db.select().from(staffSessions).where(own).limit(1);
  if (known === undefined) {
    const row = { subject, issuedAt, expiresAt, seenAt: now };
    const added = await db
      .insert(staffSessions)
      .values(row)
      .onConflictDoNothing()
      .returning({ at: staffSessions.seenAt });
    return added.length > 0 ? 'begun' : 'live';
  }
  if (known.endedAt !== null) return 'idle';
  if (now - known.seenAt > IDLE_LIMIT_MS) {
    const ended = await db
      .update(staffSessions)
      .set({ endedAt: now })
      .where(and(own, isNull(staffSessions.endedAt), eq(staffSessions.seenAt, known.seenAt)))
      .returning({ at: staffSessions.endedAt });
    // Nobody else ended it, and yet nothing was ended: a request of the same moment was use in time.
    return ended.length > 0 ? 'became_idle' : await isEnded(db, own);
  }
  if (isUse && now - known.seenAt > NOTED_EVERY_MS)
    await db
      .update(staffSessions)
      .set({ seenAt: sql`max(${staffSessions.seenAt}, ${now})` })
      .where(and(own, isNull(staffSessions.endedAt)));
  return 'live';
}

async function isEnded(db: Database, own: ReturnType<typeof and>): Promise<'idle' | 'live'> {
  const [row] = await db.select().from(staffSessions).where(own).limit(1);
  return row?.endedAt === null ? 'live' : 'idle';
}

/** Those whose tokens have expired: nobody can come with them again. */
export async function forgetSignIns(db: Database, expiredBefore: number): Promise<void> {
  await db.delete(staffSessions).where(lt(staffSessions.expiresAt, expiredBefore));
}
