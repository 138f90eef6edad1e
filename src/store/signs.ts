/** When something last showed that it works. Written rarely: a row changes at most once a minute, whoever asks. */
import { eq, lte, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { signs } from './schema.ts';

export type SignName =
  | 'cron'
  | 'dial_queue'
  | 'job_queue'
  | 'webhook_verified'
  | 'webhook_refused'
  /** Many refused within minutes, by one isolate. */
  | 'webhook_burst'
  /** Old ones, with no good one between them. */
  | 'webhook_stale'
  | 'denied_burst'
  /** The second barrier of the log held something back (LG-04). */
  | 'redaction'
  /** A queue gave a hint up. */
  | 'hint_dead'
  /** `code`: what does not hold in the audit; null: it holds. */
  | 'audit'
  | 'database_behind'
  /** Somebody was taken off the list of administrators (store/staff.ts). */
  | 'admin_left';

export interface Sign {
  readonly at: number;
  readonly code: string | null;
}
export type Signs = Readonly<Partial<Record<SignName, Sign>>>;

/** How often one of them is worth a row. */
export const SIGN_EVERY_MS = 60_000;

export async function noteSign(
  db: Database,
  name: SignName,
  { at, code }: Sign,
  everyMs: number = SIGN_EVERY_MS,
): Promise<void> {
  await db
    .insert(signs)
    .values({ name, at, code })
    .onConflictDoUpdate({ target: signs.name, set: { at, code }, setWhere: lte(signs.at, at - everyMs) });
}

export async function readSigns(db: Database): Promise<Signs> {
  const rows = await db.select().from(signs);
  return Object.fromEntries(rows.map(({ name, at, code }) => [name, { at, code }]));
}

/** Null: it never showed any. */
export async function readSign(db: Database, name: SignName): Promise<Sign | null> {
  const [row] = await db.select({ at: signs.at, code: signs.code }).from(signs).where(eq(signs.name, name)).limit(1);
  return row ?? null;
}

/** Whether the database answers at all. */
export async function isAnswering(db: Database): Promise<boolean> {
  return (await db.get<{ one: number }>(sql`select 1 as one`))?.one === 1;
}
