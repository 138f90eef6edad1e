/** Rows of calls as they stand when they are over, for what counts many of them: no patient, no note, nothing sealed that opens. */
import { callRecord } from '../../src/domain/intake/call-record.ts';
import { newCall } from '../../src/domain/intake/state.ts';
import type { Database } from '../../src/store/database.ts';
import { newId } from '../../src/store/new-id.ts';
import { calls } from '../../src/store/schema.ts';

type Row = typeof calls.$inferInsert;
export type PlantedCall = Partial<Row> & { readonly at: number };

/** Who was reached, spoke three minutes and answered everything, unless the call says otherwise. */
const rowOf = ({ at, ...changes }: PlantedCall): Row => ({
  ...callRecord(newCall({ language: 'en', optOutLine: false })),
  ...{ id: newId('call', at), patientId: newId('pat', at), direction: 'outbound', attempt: 1, createdAt: at },
  ...{ questionnaireId: 'adult-intake', questionnaireVersion: 1, sealed: '', status: 'completed' },
  ...{ answeredBy: 'human', consentCollection: 'given', consentRecording: 'given' },
  ...{ dialedAt: at, answeredAt: at + 8000, endedAt: at + 188_000, costNanos: 20_000_000, costCurrency: 'USD' },
  ...changes,
});

/** Nobody answered. */
export const UNANSWERED = {
  ...{ status: 'no_answer', answeredBy: 'unknown', answeredAt: null, costNanos: 0 },
  ...{ consentCollection: 'not_asked', consentRecording: 'not_asked' },
} as const;

const AT_ONCE = 50;

export async function plantCalls(db: Database, planted: readonly PlantedCall[]): Promise<string[]> {
  const rows = planted.map(rowOf);
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const [first, ...others] = rows.slice(from, from + AT_ONCE).map((row) => db.insert(calls).values(row));
    if (first !== undefined) await db.batch([first, ...others]);
  }
  return rows.map(({ id }) => id);
}
