/**
 * Reads an uploaded list by the page: each row gets a verdict, good ones are taken in, bad ones are listed. A page is one write, and
 * where it ended is part of it: killed anywhere, the next try goes on behind the last page that stands, and no row is lost or doubled.
 * Once read, the file goes; its key goes when no refused row needs it any more.
 */
import { readRecords } from '../csv-records.ts';
import { nameOf } from '../domain/campaign/import-columns.ts';
import { fromSheet, withoutUnreadable } from '../domain/campaign/sheet-text.ts';
import { judgeRow, type RowRules } from '../domain/campaign/verdict.ts';
import { log } from '../log.ts';
import { getCampaign } from '../store/campaigns.ts';
import { deleteLists, readList } from '../store/import-bucket.ts';
import { type CampaignOfList, writeContacts } from '../store/import-contacts.ts';
import { writePatients } from '../store/import-patients.ts';
import type { AcceptedRow } from '../store/import-people.ts';
import type { RejectedRow } from '../store/import-rows.ts';
import { writeSuppressions } from '../store/import-suppressions.ts';
import {
  cancelImport,
  endImport,
  forgetImports,
  getImport,
  type ImportCounts,
  type ImportKind,
  type ListImport,
  openSecrets,
} from '../store/imports.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import type { DataKey } from '../store/seal.ts';
import { readUsNumber } from '../us-number.ts';
import { DONE, failed, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';

/** Beyond it rows are refused, `too_many_rows`; those before stand. */
const MOST_ROWS: Readonly<Record<ImportKind, number>> = {
  campaign: 20_000,
  patients: 20_000,
  suppressions: 500_000,
};
/** Of one import; the others are only counted. */
const MOST_LISTED = 40_000;
const PAGE_ROWS: Readonly<Record<ImportKind, number>> = { campaign: 1000, patients: 1000, suppressions: 2000 };
/** Of rows that are refused unread. */
const PAGE_ROWS_BEYOND = 4000;
/** Sealed and written as JSON, a page stays below the two megabytes of a parameter of D1. */
const PAGE_BYTES = 256 * 1024;
const PARAMETER_BYTES = 1_200_000;
const READ_BYTES = 1024 * 1024;
/**
 * A list of ten thousand is read in one try. A page is ten statements of D1, which allows a thousand to a request, and about a third of a
 * second of the processor, of which a request has thirty.
 */
const PAGES_A_TRY = 12;

interface Progress {
  /** Of the first row not yet read, in bytes. */
  readonly offset: number;
  /** That is within a line too long to be a row. */
  readonly isCut: boolean;
}

export const importList: JobHandler = {
  run: async (context) => {
    const item = await getImport(context.db, context.job.subject);
    if (item === null) return DONE;
    return item.status === 'reading' ? readSome(context, item) : cleanUp(context, item);
  },
  // What was taken in so far says nothing about the rest: it is sent again as a whole.
  onGivenUp: async (context, code) => {
    const item = await getImport(context.db, context.job.subject);
    if (item === null) return 'given_up';
    await endImport(context.db, item, { status: 'failed', code }, context.now);
    await cleanUp(context, item);
    return 'given_up';
  },
};

async function readSome(context: JobContext, begun: ListImport): Promise<JobOutcome> {
  const { db, config, job, now } = context;
  const campaign = begun.campaignId === null ? null : await getCampaign(db, begun.campaignId);
  if (begun.campaignId !== null && campaign?.status !== 'importing') {
    await cancelImport(db, begun, now);
    return cleanUp(context, begun);
  }
  const dataKey = await dataKeyOf(config.keyRing, begun.id);
  const list = listReader(context, begun, dataKey);
  const { consent } = openSecrets(dataKey, begun);
  const { columns, encoding, requiredVariables } = begun.layout;
  const isGuessedEncoding = encoding === 'windows-1252';
  const rules = { columns, requiredVariables, consent, readNumber: readUsNumber, isGuessedEncoding, now };
  let item = begun;
  let progress: Progress =
    job.progress === null ? { offset: begun.layout.bodyOffset, isCut: false } : JSON.parse(job.progress);
  for (let pages = 0; pages < PAGES_A_TRY && progress.offset < item.bytes; pages += 1) {
    const read = await list(progress, pageRows(item, rules));
    const page = judged(item, rules, read.records);
    const next = { offset: read.end, isCut: read.isCut };
    const counts = await written(context, { item, dataKey, campaign, page, progress: next });
    if (counts === null) {
      if (await isOvertaken(context, item)) return stopped(context, begun.id);
      // Somebody came onto file at one of its numbers: the page is judged once more.
      continue;
    }
    progress = next;
    // What writing it refused besides is in there: duplicates, and those without a consent.
    item = { ...item, ...counts };
  }
  if (progress.offset < item.bytes) return { kind: 'goes_on', progress: JSON.stringify(progress), afterMs: 0 };
  const end = item.accepted > 0 ? ({ status: 'done', code: null } as const) : NOTHING_USABLE;
  // A try takes seconds: it ends later than it began.
  await endImport(db, item, end, Date.now());
  log.info('import.read', {
    import_id: item.id,
    campaign_id: item.campaignId,
    status: end.status,
    count: item.accepted,
  });
  return cleanUp(context, item);
}

const NOTHING_USABLE = { status: 'failed', code: 'nothing_usable' } as const;

/** The rows from where one stands; parts of the file stay in memory for the pages after. */
function listReader({ env }: JobContext, item: ListImport, dataKey: DataKey) {
  let held: { from: number; bytes: Uint8Array } = { from: 0, bytes: new Uint8Array(0) };
  return async ({ offset, isCut }: Progress, most: number) => {
    const until = Math.min(offset + PAGE_BYTES, item.bytes);
    if (offset < held.from || until > held.from + held.bytes.length) {
      const to = Math.min(offset + READ_BYTES, item.bytes);
      held = { from: offset, bytes: await readList(env.BUCKET, item, dataKey, offset, to) };
    }
    const part = held.bytes.subarray(offset - held.from, until - held.from);
    const read = readRecords(part, item.layout.delimiter, most, { isLast: until === item.bytes, isCut });
    return { ...read, end: offset + read.end };
  };
}

/** The consent that is stated for all rows, and the names of all columns, are sealed with each of them. */
function pageRows(item: ListImport, { columns, consent }: RowRules): number {
  if (item.accepted + item.rejected >= MOST_ROWS[item.kind]) return PAGE_ROWS_BEYOND;
  const each = Math.max(JSON.stringify(columns).length, new TextEncoder().encode(JSON.stringify(consent)).length);
  return Math.min(PAGE_ROWS[item.kind], Math.floor(PARAMETER_BYTES / (1.4 * (each + 500))));
}

interface JudgedPage {
  readonly accepted: AcceptedRow[];
  readonly rejected: RejectedRow[];
  readonly unlisted: number;
  readonly rows: number;
}

function judged(item: ListImport, rules: RowRules, records: ReturnType<typeof readRecords>['records']): JudgedPage {
  const accepted: AcceptedRow[] = [];
  const rejected: RejectedRow[] = [];
  let unlisted = 0;
  // Whatever else stands in the row of somebody who is not to be called keeps nobody from that list.
  const phone = rules.columns.findIndex((column) => nameOf(column) === 'phone');
  const isWhole = item.kind !== 'suppressions';
  const read = (cells: readonly string[]) => (isWhole ? cells : [cells[phone] ?? '']);
  const columnsRead = isWhole ? rules : { ...rules, columns: rules.columns.slice(phone, phone + 1) };
  for (const [i, { cells, broken }] of records.entries()) {
    if (cells.every((cell) => fromSheet(cell) === '')) continue;
    const row = item.rowsRead + i + 1;
    const before = item.accepted + item.rejected + accepted.length + rejected.length + unlisted;
    const verdict =
      before >= MOST_ROWS[item.kind]
        ? ({ ok: false, code: 'too_many_rows', field: null } as const)
        : broken === null
          ? judgeRow(read(cells), columnsRead)
          : ({ ok: false, code: broken, field: null } as const);
    if (verdict.ok) accepted.push({ row, cells, person: verdict.person });
    else if (item.rejected + rejected.length >= MOST_LISTED) unlisted += 1;
    else rejected.push({ row, code: verdict.code, field: verdict.field, cells: cells.map(withoutUnreadable) });
  }
  return { accepted, rejected, unlisted, rows: records.length };
}

interface PageToWrite {
  readonly item: ListImport;
  readonly dataKey: DataKey;
  readonly campaign: CampaignOfList | null;
  readonly page: JudgedPage;
  readonly progress: Progress;
}

function written(
  { db, config, job, now }: JobContext,
  { campaign, page, progress, ...rest }: PageToWrite,
): Promise<ImportCounts | null> {
  const reader = { jobId: job.id, progress: JSON.stringify(progress) };
  if (campaign !== null) return writeContacts(db, config.keyRing, { ...rest, campaign, page, reader }, now);
  if (rest.item.kind === 'patients') return writePatients(db, config.keyRing, { ...rest, page, reader }, now);
  const phoneNumbers = page.accepted.map(({ person }) => person.phoneNumber);
  return writeSuppressions(db, config.keyRing, { ...rest, page: { ...page, phoneNumbers }, reader }, now);
}

async function isOvertaken({ db }: JobContext, { id, rowsRead, campaignId }: ListImport): Promise<boolean> {
  const [item, campaign] = await Promise.all([
    getImport(db, id),
    campaignId === null ? null : getCampaign(db, campaignId),
  ]);
  const isHeld = campaignId === null || campaign?.status === 'importing';
  return item?.status !== 'reading' || item.rowsRead !== rowsRead || !isHeld;
}

/** The page was not wanted: somebody called it off, or another try is further on and settles the job. */
async function stopped(context: JobContext, id: string): Promise<JobOutcome> {
  const item = await getImport(context.db, id);
  if (item === null || item.status !== 'reading') return item === null ? DONE : cleanUp(context, item);
  return failed('overtaken');
}

/** Nobody reads the file again. Refused rows are kept for whoever has to put them right; without any nothing needs the key. */
async function cleanUp({ env, db, config, now }: JobContext, { id, rejected }: ListImport): Promise<JobOutcome> {
  await deleteLists(env.BUCKET, [id]);
  if (rejected === 0) {
    await forgetImports(db, [id]);
    await config.keyRing.vault().erase(id, now);
  }
  return DONE;
}
