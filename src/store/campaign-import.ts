/** The list a campaign came from, for its page: how far it has been read. */
import { desc, eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { imports } from './schema.ts';

export interface CampaignImport {
  readonly id: string;
  /** Why it could not be used. */
  readonly code: string | null;
  /** Blank rows too. */
  readonly rowsRead: number;
  readonly rejected: number;
  /** The refused rows are still to be had. */
  readonly isKept: boolean;
}

export async function importOfCampaign(db: Database, campaignId: string): Promise<CampaignImport | null> {
  const { id, code, rowsRead, rejected, sealed } = imports;
  const [row] = await db
    .select({ id, code, rowsRead, rejected, sealed })
    .from(imports)
    .where(eq(imports.campaignId, campaignId))
    .orderBy(desc(imports.createdAt), desc(id))
    .limit(1);
  if (row === undefined) return null;
  return { id: row.id, code: row.code, rowsRead: row.rowsRead, rejected: row.rejected, isKept: row.sealed !== null };
}
