/** /api/imports/{id}: how far a list has been read, which of its rows were refused and why, and calling it off. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { nameOf, VERDICT_COLUMNS } from '../../domain/campaign/import-columns.ts';
import { csvLine } from '../../domain/campaign/sheet-text.ts';
import type { Database } from '../../store/database.ts';
import { countRejected, listRejected, openRejected } from '../../store/import-rows.ts';
import { cancelImport, getImport, type ListImport, openSecrets } from '../../store/imports.ts';
import { sendJobHints } from '../../store/job-hints.ts';
import { findJob } from '../../store/jobs.ts';
import { dataKeyOf } from '../../store/patient-keys.ts';
import { notFound, Problem } from '../errors.ts';
import { sees } from '../field-access.ts';
import { type Ask, type Route, route } from '../route.ts';
import { count, idOf, listOf, moment } from './answer-fields.ts';
import { DEFAULT_LIMIT, importId, limit } from './fields.ts';

const seers = { roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'], phi: false } as const;
/** Whoever may send such a list sees its refused rows, which are people, and calls it off. */
const runners = { roles: ['admin', 'clinician', 'intake', 'operator'] } as const;
const handles = (actor: Ask['actor'], { kind }: ListImport): boolean =>
  sees(actor, kind === 'patients' ? 'refused_patients' : 'refused_contacts');
const one = z.strictObject({ import_id: importId });
const rowCursor = z
  .string()
  .regex(/^\d{1,9}$/, 'Not a cursor of this list.')
  .transform(Number)
  .optional();

async function known({
  db,
  params,
}: Pick<Ask, 'db'> & { readonly params: { import_id: string } }): Promise<ListImport> {
  const item = await getImport(db, params.import_id);
  if (item === null) throw notFound();
  return item;
}

const importAnswer = z
  .strictObject({
    import_id: idOf('imp'),
    kind: z.string(),
    campaign_id: idOf('cmp').nullable(),
    status: z.enum(['reading', 'done', 'failed', 'canceled']),
    code: z.string().nullable(),
    format: z.enum(['csv', 'txt']),
    encoding: z.string(),
    delimiter: z.string().nullable(),
    columns: z.array(z.string().nullable()).meta({ description: 'What each column was taken for; null: left out.' }),
    bytes: count,
    bytes_read: count,
    rows_read: count,
    accepted: count,
    rejected: count,
    rejected_by: z.record(z.string(), count),
    created_at: moment,
    ended_at: moment.nullable(),
  })
  .meta({ id: 'Import' });

async function handled(
  ask: Pick<Ask, 'db' | 'actor'> & { readonly params: { import_id: string } },
): Promise<ListImport> {
  const item = await known(ask);
  if (!handles(ask.actor, item)) throw new Problem(403, 'forbidden');
  return item;
}

async function importJson(db: Database, item: ListImport): Promise<z.infer<typeof importAnswer>> {
  const [job, rejectedBy] = await Promise.all([findJob(db, 'import_list', item.id), countRejected(db, item.id)]);
  const progress = job?.progress == null ? null : (JSON.parse(job.progress) as { offset: number });
  const isOver = item.status !== 'reading';
  return {
    ...{ import_id: item.id, kind: item.kind, campaign_id: item.campaignId, status: item.status, code: item.code },
    ...{ format: item.format, encoding: item.layout.encoding, delimiter: item.layout.delimiter },
    columns: item.layout.columns.map(nameOf),
    ...{ bytes: item.bytes, bytes_read: isOver && item.status !== 'canceled' ? item.bytes : (progress?.offset ?? 0) },
    ...{ rows_read: item.rowsRead, accepted: item.accepted, rejected: item.rejected, rejected_by: rejectedBy },
    ...{ created_at: iso(item.createdAt), ended_at: item.endedAt === null ? null : iso(item.endedAt) },
  };
}

const read = route(
  {
    ...seers,
    method: 'GET',
    path: '/api/imports/:import_id',
    audit: 'import.read',
    params: one,
    summary: 'Read how far a list has been read, and what came of it',
    answers: { 200: importAnswer },
  },
  async (ask) => ask.c.json(await importJson(ask.db, await known(ask))),
);

/** As JSON without what the rows say; as CSV with it, for whoever puts them right. */
const rows = route(
  {
    ...{
      ...runners,
      method: 'GET',
      path: '/api/imports/:import_id/rows',
      audit: 'import.rows',
      summary: 'List the rows of a list that were refused; as CSV with what they say',
      answers: { 200: listOf(z.strictObject({ row: z.int(), code: z.string(), column: z.string().nullable() })) },
      types: ['text/csv; charset=utf-8'],
      isExport: true,
      phi: true,
      params: one,
    },
    query: z.strictObject({ limit, cursor: rowCursor, format: z.enum(['json', 'csv']).optional() }),
  },
  async (ask) => {
    const { query, db, c } = ask;
    const item = await handled(ask);
    if (query.format === 'csv') return download(ask, item);
    const page = await listRejected(db, item.id, { after: query.cursor ?? 0, limit: query.limit ?? DEFAULT_LIMIT });
    return c.json({
      items: page.rows.map(({ row, code, field }) => ({ row, code, column: field })),
      next_cursor: page.next === null ? null : String(page.next),
    });
  },
);

const PAGE = 500;

/** Page by page as it is asked for: forty thousand rows are never held at once. */
async function download({ db, config }: Pick<Ask, 'db' | 'config'>, item: ListImport): Promise<Response> {
  if (item.sealed === null && item.rejected > 0)
    throw new Problem(404, 'forgotten', { detail: 'Refused rows are kept for 30 days.' });
  const dataKey = item.sealed === null ? null : await dataKeyOf(config.keyRing, item.id);
  const { headers } = dataKey === null ? { headers: [] } : openSecrets(dataKey, item);
  const encoder = new TextEncoder();
  // The mark tells Excel that it is UTF-8.
  const head = `\uFEFF${csvLine([...VERDICT_COLUMNS, ...headers])}`;
  let after: number | null = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(head)),
      pull: async (controller) => {
        const page =
          after === null || dataKey === null ? null : await listRejected(db, item.id, { after, limit: PAGE });
        const lines = page?.rows.map((row) => {
          const cells = dataKey === null ? [] : openRejected(dataKey, row);
          return csvLine([String(row.row), row.code, row.field ?? '', ...cells]);
        });
        if (lines !== undefined && lines.length > 0) controller.enqueue(encoder.encode(lines.join('')));
        after = page?.next ?? null;
        if (after === null) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${item.id}-refused.csv"`,
    },
  });
}

const cancel = route(
  {
    ...runners,
    method: 'POST',
    path: '/api/imports/:import_id/cancel',
    audit: 'import.cancel',
    summary: 'Call off the reading of a list',
    answers: { 202: importAnswer },
    phi: false,
    params: one,
  },
  async (ask) => {
    const { db, env, now, c } = ask;
    const item = await handled(ask);
    if (!(await cancelImport(db, item, now))) throw new Problem(409, 'over', { detail: 'It has been read already.' });
    // The job finds it called off, and removes the file.
    const job = await findJob(db, 'import_list', item.id);
    if (job !== null) await sendJobHints(env, [job.id]);
    return c.json(await importJson(db, await known(ask)), 202);
  },
);

export const importRoutes: readonly Route[] = [read, rows, cancel];
