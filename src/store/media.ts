/** What is known of each uploaded audio; the audio itself lies in R2 (`media-bucket.ts`). No patient data. */
import { and, desc, eq, lt, notExists, notInArray, or } from 'drizzle-orm';
import type { CampaignStatus } from '../domain/campaign/campaign-status.ts';
import type { AudioFormat } from '../domain/intake/state.ts';
import type { Database } from './database.ts';
import { campaigns, media } from './schema.ts';

export interface Media {
  readonly id: string;
  readonly name: string;
  readonly format: AudioFormat;
  readonly bytes: number;
  /** Of the audio, hex. */
  readonly sha256: string;
  readonly durationMs: number;
  /** The name that colleagues see. */
  readonly createdBy: string;
  readonly createdAt: number;
}

export async function insertMedia(db: Database, row: Media): Promise<void> {
  await db.insert(media).values(row);
}

export async function getMedia(db: Database, id: string): Promise<Media | null> {
  const [row] = await db.select().from(media).where(eq(media.id, id)).limit(1);
  return row === undefined ? null : opened(row);
}

interface MediaFilter {
  readonly limit: number;
  readonly cursor: { readonly at: number; readonly id: string } | null;
}

/** Newest first. */
export async function listMedia(
  db: Database,
  { limit, cursor }: MediaFilter,
): Promise<{ items: Media[]; nextCursor: MediaFilter['cursor'] }> {
  const rows = await db
    .select()
    .from(media)
    .where(
      cursor === null
        ? undefined
        : or(lt(media.createdAt, cursor.at), and(eq(media.createdAt, cursor.at), lt(media.id, cursor.id))),
    )
    .orderBy(desc(media.createdAt), desc(media.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(opened);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? { at: last.createdAt, id: last.id } : null };
}

/** These never dial again. */
const OVER: CampaignStatus[] = ['canceled', 'failed'];

/** False: there is no such audio, or a campaign plays it, or may once more. In one statement: none can take it up meanwhile. */
export async function deleteMedia(db: Database, id: string): Promise<boolean> {
  const used = db
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(and(eq(campaigns.mediaId, id), notInArray(campaigns.status, OVER)));
  const gone = await db
    .delete(media)
    .where(and(eq(media.id, id), notExists(used)))
    .returning({ id: media.id });
  return gone.length > 0;
}

const opened = (row: typeof media.$inferSelect): Media => ({
  ...row,
  format: row.format as AudioFormat,
  durationMs: row.durationMs ?? 0,
});
