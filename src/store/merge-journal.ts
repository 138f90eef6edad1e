/**
 * Keeps the journal of the do-not-call list from growing by an object for each change (HS-12): a run of small objects becomes one, put in
 * place of the last of them before the others go. What a reader misses in an earlier object so stands in a later one, which it has yet to
 * read; and whoever is cut off in between leaves rows that are read twice.
 */
import { JOURNAL_PREFIX, newestOf, putJournal, readJournalObject, type SuppressionRow } from './suppression-journal.ts';

/** Fewer are not worth it. */
const FEWEST = 16;
/** In one go: each is a request of its own. */
const MOST = 64;
/** An object is not made larger than this. */
const BYTES = 1_000_000;
const LISTS = 3;

/** How many objects went into one; 0: there was nothing to do, or somebody else is doing it. */
export async function mergeJournal(bucket: R2Bucket): Promise<number> {
  const keys = await smallRun(bucket);
  const last = keys.at(-1);
  if (last === undefined) return 0;
  const writes: SuppressionRow[] = [];
  for (const key of keys) {
    const rows = await readJournalObject(bucket, key);
    if (rows === null) return 0;
    writes.push(...rows);
  }
  await putJournal(bucket, last, newestOf(writes));
  await bucket.delete(keys.slice(0, -1));
  return keys.length;
}

/** The first of them that follow each other and are small together; empty: there are not enough. */
async function smallRun(bucket: R2Bucket): Promise<string[]> {
  let [run, bytes] = [[] as string[], 0];
  let cursor: string | undefined;
  for (let lists = 0; lists < LISTS; lists += 1) {
    const listed = await bucket.list({ prefix: JOURNAL_PREFIX, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key, size } of listed.objects) {
      if (run.length === MOST) return run;
      if (bytes + size > BYTES) {
        if (run.length >= FEWEST) return run;
        [run, bytes] = [[], 0];
      }
      run.push(key);
      bytes += size;
    }
    if (!listed.truncated) break;
    cursor = listed.cursor;
  }
  return run.length >= FEWEST ? run : [];
}
