/** Campaigns: what is rung with which questionnaire, how fast, until when, and how far it has come. No patient data. */
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { CampaignStatus } from '../domain/campaign/campaign-status.ts';
import type { Purpose } from '../domain/campaign/gate-policy.ts';
import { checkRetryPolicy, DEFAULT_RETRY_POLICY, type RetryPolicy } from '../domain/campaign/retry.ts';
import type { Language } from '../domain/intake/questionnaire.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { campaigns } from './schema.ts';

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly purpose: Purpose;
  readonly questionnaireId: string;
  readonly questionnaireVersion: number;
  /** For contacts whose own language is not known. */
  readonly language: Language | null;
  readonly status: CampaignStatus;
  /** Why it is paused or over. */
  readonly statusReason: string | null;
  readonly pacePerSecond: number;
  readonly maxLiveCalls: number;
  /** Billionths of a dollar. */
  readonly spendCapNanos: number | null;
  readonly retry: RetryPolicy;
  /** Fills the prompts beside a contact's own variables. */
  readonly script: Readonly<Record<string, string>>;
  readonly mediaId: string | null;
  /** Opaque id, and the name that colleagues see. */
  readonly owner: string;
  readonly ownerName: string;
  readonly approvedBy: string | null;
  readonly startRequestedBy: string | null;
  /** The receipt it was started on. */
  readonly preflightId: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  /** Last started or gone on with. */
  readonly resumedAt: number | null;
  /** Nobody is dialled from then on. */
  readonly endsAt: number | null;
  readonly endedAt: number | null;
}
export type NewCampaign = Omit<
  Campaign,
  | 'id'
  | 'status'
  | 'statusReason'
  | 'approvedBy'
  | 'startRequestedBy'
  | 'preflightId'
  | 'createdAt'
  | 'startedAt'
  | 'resumedAt'
  | 'endedAt'
>;
type CampaignRow = typeof campaigns.$inferSelect;

/** `id`: a new one, when left out. */
export async function createCampaign(
  db: Database,
  input: NewCampaign,
  now: number,
  id: string = newId('cmp', now),
): Promise<Campaign> {
  const row = { ...input, id, status: 'importing', createdAt: now };
  const [stored] = await db
    .insert(campaigns)
    .values({ ...row, retry: JSON.stringify(input.retry), script: JSON.stringify(input.script) })
    .returning();
  return opened(stored as CampaignRow);
}

export async function getCampaign(db: Database, id: string): Promise<Campaign | null> {
  const [row] = await db.select().from(campaigns).where(eq(campaigns.id, id)).limit(1);
  return row === undefined ? null : opened(row);
}

export interface CampaignFilter {
  readonly limit: number;
  readonly cursor: { readonly at: number; readonly id: string } | null;
  readonly status?: CampaignStatus;
}

/** Newest first. */
export async function listCampaigns(
  db: Database,
  filter: CampaignFilter,
): Promise<{ items: Campaign[]; nextCursor: CampaignFilter['cursor'] }> {
  const { cursor, status, limit } = filter;
  const rows = await db
    .select()
    .from(campaigns)
    .where(
      and(
        status === undefined ? undefined : eq(campaigns.status, status),
        cursor === null ? undefined : sql`(${campaigns.createdAt}, ${campaigns.id}) < (${cursor.at}, ${cursor.id})`,
      ),
    )
    .orderBy(desc(campaigns.createdAt), desc(campaigns.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return { items: page.map(opened), nextCursor: last === undefined ? null : { at: last.createdAt, id: last.id } };
}

export interface StatusChange {
  readonly status: CampaignStatus;
  readonly statusReason?: string | null;
  readonly preflightId?: string;
  readonly approvedBy?: string;
  readonly startRequestedBy?: string | null;
  readonly startedAt?: number;
  readonly resumedAt?: number;
  readonly endedAt?: number | null;
}

/** Only from the status it was decided in; null: it is another meanwhile. */
export async function changeStatus(
  db: Database,
  { id, status }: Pick<Campaign, 'id' | 'status'>,
  change: StatusChange,
): Promise<Campaign | null> {
  const [row] = await db
    .update(campaigns)
    .set({ statusReason: null, ...change })
    .where(and(eq(campaigns.id, id), eq(campaigns.status, status)))
    .returning();
  return row === undefined ? null : opened(row);
}

export const setStartRequest = (db: Database, id: string, startRequestedBy: string | null) =>
  db.update(campaigns).set({ startRequestedBy }).where(eq(campaigns.id, id));

/** Ids of those whose runner may have something to do: for the cron behind their alarms. */
export async function unfinishedCampaigns(db: Database, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(inArray(campaigns.status, ['running', 'paused']))
    .orderBy(campaigns.createdAt)
    .limit(limit);
  return rows.map(({ id }) => id);
}

export async function campaignNames(db: Database, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .select({ id: campaigns.id, name: campaigns.name })
    .from(campaigns)
    .where(sql`${campaigns.id} in (select value from json_each(${JSON.stringify(ids)}))`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

const opened = (row: CampaignRow): Campaign => ({
  ...row,
  purpose: row.purpose as Purpose,
  language: row.language as Language | null,
  status: row.status as CampaignStatus,
  // One that no longer reads is not a licence to ring more often.
  retry: checkRetryPolicy(JSON.parse(row.retry)) ?? { ...DEFAULT_RETRY_POLICY, budget: 1, rules: {} },
  script: JSON.parse(row.script) as Record<string, string>,
});
