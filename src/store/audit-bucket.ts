/**
 * The audit's copy in R2: one object for each day (UTC), `audit/<yyyy>/<mm>/<dd>.ndjson`, a line of JSON for each line of the audit and
 * at the end where the chain stood. Put once and never again; a lock on the prefix keeps everybody from removing it (HS-06, T07).
 */
import type { AuditRow, ChainHead } from '../domain/audit/audit-row.ts';

/** One day's lines, which follow each other: `first` up to `head`. */
export interface AuditDay {
  /** `yyyy-mm-dd`. */
  readonly day: string;
  readonly first: number;
  readonly head: ChainHead;
}

const auditDayKey = (day: string): string => `audit/${day.replaceAll('-', '/')}.ndjson`;

/** False: that day has its object already. `lines`: JSON of the rows, in their order. */
export async function putAuditDay(bucket: R2Bucket, day: AuditDay, lines: readonly string[]): Promise<boolean> {
  const end = JSON.stringify({ day: day.day, first: day.first, rows: lines.length, head: day.head });
  const put = await bucket.put(auditDayKey(day.day), `${[...lines, end].join('\n')}\n`, {
    onlyIf: new Headers({ 'If-None-Match': '*' }),
    httpMetadata: { contentType: 'application/x-ndjson' },
    customMetadata: { seq: String(day.head.seq), hash: day.head.hash },
  });
  return put !== null;
}

/** Null: there is no object of that day, or it does not read as one. */
export async function getAuditDay(
  bucket: R2Bucket,
  day: string,
): Promise<{ readonly rows: readonly AuditRow[]; readonly end: AuditDay } | null> {
  const object = await bucket.get(auditDayKey(day));
  if (object === null) return null;
  const lines = (await object.text()).split('\n').filter((line) => line !== '');
  try {
    const end = JSON.parse(lines.pop() ?? '') as AuditDay;
    return { rows: lines.map((line) => JSON.parse(line) as AuditRow), end };
  } catch {
    return null;
  }
}
