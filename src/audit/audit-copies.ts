/**
 * The audit's days in R2, put and read by its object. However long a day, little of it is in memory at once, and whoever is evicted in
 * the middle goes on behind what was noted last.
 */
import type { AuditRow } from '../domain/audit/audit-row.ts';
import { log } from '../log.ts';
import { type AuditPart, putAuditPart, readAuditPart } from '../store/audit-bucket.ts';
import { type AuditJournal, PAGE_CHARS } from './audit-journal.ts';

/** So many objects are put in one go. */
const PARTS_AT_ONCE = 20;

/** What is of a day before `today` goes to R2, so much at a time. A day that cannot be put holds up none behind it. */
export async function copyDays(journal: AuditJournal, bucket: R2Bucket, today: string): Promise<void> {
  const failed: unknown[] = [];
  let after = '';
  for (let tries = 0; tries < PARTS_AT_ONCE; tries += 1) {
    const next = journal.partToPut(today, after);
    if (next === null) break;
    try {
      await copyPart(journal, bucket, next.part, next.lines);
    } catch (error) {
      failed.push(error);
      after = next.part.day;
    }
  }
  if (failed.length > 0) throw failed[0];
}

async function copyPart(
  journal: AuditJournal,
  bucket: R2Bucket,
  part: AuditPart,
  lines: readonly string[],
): Promise<void> {
  journal.close(part.day);
  const there = await putAuditPart(bucket, part, lines);
  if (there === null) return journal.notePart(part);
  // Put by a turn that was cut off before it was noted, perhaps longer than it would be now; or by somebody else: verifying tells which.
  log.warn('audit.day_was_there', { count: lines.length });
  const isOurs = there.seq >= part.first && journal.holds(part.day, there);
  journal.notePart(isOurs ? { ...part, head: there } : part);
}

/**
 * Lines after `seq`, in their order: as the journal has them, or, where they are too old for that, R2. What cannot be read there is
 * passed over; verifying names it. Empty: nothing comes after it anywhere.
 */
export async function rowsAfter(
  journal: AuditJournal,
  bucket: R2Bucket,
  seq: number,
  limit: number,
): Promise<AuditRow[]> {
  for (let from = seq; ; ) {
    const here = journal.after(from, limit);
    const next = here[0]?.seq ?? Number.POSITIVE_INFINITY;
    const [part] = journal.partsAfter(from, 1);
    if (part === undefined || next === from + 1 || next < part.first) return here;
    const rows = await rowsOf(bucket, part, from, limit);
    if (rows.length > 0) return rows;
    log.error('audit.copy_unreadable', { count: part.first });
    if (next <= part.head.seq) return here;
    from = part.head.seq;
  }
}

/** Few enough to be one parameter. */
async function rowsOf(bucket: R2Bucket, part: AuditPart, after: number, limit: number): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  let length = 0;
  for await (const row of readAuditPart(bucket, part, after)) {
    // Nor one that only says that it is of these.
    if (row === null || row.seq <= (rows.at(-1)?.seq ?? after) || row.seq > part.head.seq) continue;
    length += JSON.stringify(row).length;
    rows.push(row);
    if (rows.length === limit || length > PAGE_CHARS) break;
  }
  return rows;
}
