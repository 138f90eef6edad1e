/** To whom a patient's data went for another purpose than treatment, payment and running the clinic (HS-22). Rows are added and never changed. */
import { and, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { DISCLOSING_SINKS } from '../domain/delivery/sinks.ts';
import type { Database } from './database.ts';
import { calls, deliveries, disclosures } from './schema.ts';
import { type DataKey, openOrNull, seal, unseal } from './seal.ts';

export const DISCLOSURE_PURPOSES = [
  'legal',
  'public_health',
  'oversight',
  'law_enforcement',
  'research',
  'other',
] as const;
export type DisclosurePurpose = (typeof DISCLOSURE_PURPOSES)[number];
export const DISCLOSED_THINGS = ['export', 'note', 'recording', 'other'] as const;
export type DisclosedThing = (typeof DISCLOSED_THINGS)[number];

export interface Disclosure {
  readonly id: string;
  readonly patientId: string;
  readonly purpose: DisclosurePurpose;
  readonly what: DisclosedThing;
  /** Opaque: a call, say. */
  readonly ref: string | null;
  /** Null, as the next: the patient was erased. */
  readonly recipient: string | null;
  readonly description: string | null;
  readonly createdName: string;
  readonly at: number;
}

interface NewDisclosure extends Pick<Disclosure, 'patientId' | 'purpose' | 'what' | 'ref' | 'at'> {
  readonly id: string;
  readonly recipient: string;
  readonly description: string | null;
}

const place = (id: string) => ({ table: 'disclosures', column: 'sealed', row: id });

export async function insertDisclosure(
  db: Database,
  dataKey: DataKey,
  { recipient, description, ...row }: NewDisclosure,
  by: { readonly id: string; readonly name: string },
): Promise<void> {
  const sealed = seal(dataKey, place(row.id), JSON.stringify({ recipient, description }));
  await db
    .insert(disclosures)
    .values({ ...row, sealed, createdBy: by.id, createdName: by.name })
    .onConflictDoNothing();
}

export interface DisclosureCursor {
  readonly at: number;
  readonly id: string;
}

/** Newest first. */
export async function disclosuresOf(
  db: Database,
  dataKey: DataKey,
  patientId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: DisclosureCursor | null },
): Promise<{ items: Disclosure[]; nextCursor: DisclosureCursor | null }> {
  const rows = await db
    .select()
    .from(disclosures)
    .where(
      and(
        eq(disclosures.patientId, patientId),
        cursor === null ? undefined : sql`(${disclosures.at}, ${disclosures.id}) < (${cursor.at}, ${cursor.id})`,
      ),
    )
    .orderBy(desc(disclosures.at), desc(disclosures.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return {
    items: page.map((row) => opened(dataKey, row)),
    nextCursor: last === undefined ? null : { at: last.at, id: last.id },
  };
}

export async function getDisclosure(db: Database, dataKey: DataKey, id: string): Promise<Disclosure | null> {
  const [row] = await db.select().from(disclosures).where(eq(disclosures.id, id)).limit(1);
  return row === undefined ? null : opened(dataKey, row);
}

/** A note that reached a system of the clinic: for treatment and running the clinic, told beside the others. */
export interface HandedOn {
  readonly id: string;
  readonly callId: string;
  readonly noteVersion: number;
  readonly sink: string;
  readonly at: number;
}

/** The newest of them. */
export async function handedOnOf(db: Database, patientId: string, limit: number): Promise<HandedOn[]> {
  const { id, callId, noteVersion, sink, deliveredAt, createdAt } = deliveries;
  const rows = await db
    .select({ id, callId, noteVersion, sink, deliveredAt, createdAt })
    .from(deliveries)
    .innerJoin(calls, eq(calls.id, callId))
    .where(
      and(
        eq(calls.patientId, patientId),
        isNotNull(deliveries.deliveredAt),
        inArray(deliveries.sink, [...DISCLOSING_SINKS]),
      ),
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(limit);
  return rows.map(({ deliveredAt: taken, createdAt: created, ...row }) => ({ ...row, at: taken ?? created }));
}

/** For the erasure: that there was one, when and for what stays; to whom does not. */
export const blankDisclosures = (db: Database, patientId: string) =>
  db.update(disclosures).set({ sealed: null }).where(eq(disclosures.patientId, patientId));

function opened(dataKey: DataKey, row: typeof disclosures.$inferSelect): Disclosure {
  const { sealed, createdBy: _, purpose, what, ...rest } = row;
  const text = sealed === null ? null : openOrNull(() => unseal(dataKey, place(row.id), sealed));
  const words = text === null ? null : (JSON.parse(text) as Pick<Disclosure, 'recipient' | 'description'>);
  return {
    ...rest,
    purpose: purpose as DisclosurePurpose,
    what: what as DisclosedThing,
    recipient: words?.recipient ?? null,
    description: words?.description ?? null,
  };
}
