/**
 * /api/exports: calls, answers, patients, campaigns and suppressions as files (C67), written while they are read. By POST, because what
 * a list is narrowed down by may name somebody; it changes nothing. Columns are those that the role sees (HS-18).
 */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { ROLES } from '../../store/staff.ts';
import { EXPORT_KINDS, EXPORTED, type Exported, exportsOf } from '../export-kinds.ts';
import { EXPORT_BEGAN, exportList, LIST_FORMATS, LIST_TYPES } from '../export-list.ts';
import { EXPORT_ENDS, recentExports } from '../recent-exports.ts';
import { type Route, route } from '../route.ts';
import { count, moment } from './answer-fields.ts';

const PATH = '/api/exports';
const format = z.enum(LIST_FORMATS).default('csv');
const columns = z
  .array(z.string().max(64))
  .min(1)
  .max(100)
  .optional()
  .describe('Their names, in the order of the file; all that your role sees when left out.');

const orderOf = <What extends Exported>(what: What) =>
  z.strictObject({
    what: z.literal(what),
    ...{ format, columns },
    filters: EXPORT_KINDS[what].filters.optional().describe('As of that list.'),
  });

const order = z.discriminatedUnion('what', [
  orderOf('calls'),
  orderOf('answers'),
  orderOf('patients'),
  orderOf('campaigns'),
  orderOf('suppressions'),
]);

const takeSpec = {
  method: 'POST',
  path: PATH,
  roles: ROLES,
  audit: EXPORT_BEGAN,
  phi: true,
  isExport: true,
  streams: true,
  summary: 'Download calls, answers, patients, campaigns or the do-not-call list as a file',
  answers: { 200: z.array(z.record(z.string(), z.unknown())).describe('A row for each, by the names of the columns.') },
  types: Object.values(LIST_TYPES).filter((type) => type !== LIST_TYPES.json),
  body: order,
} as const;

const take = route(takeSpec, (ask) => {
  const { what, format, filters, columns } = ask.body;
  return exportList(takeSpec, ask, { what, format, filters: filters ?? {}, columns: columns ?? null });
});

const list = route(
  {
    ...{ method: 'GET', path: PATH, roles: ROLES, audit: 'export.list', phi: false },
    summary: 'What your role may download, with its columns, and what was downloaded last',
    answers: {
      200: z.strictObject({
        items: z.array(
          z.strictObject({
            what: z.enum(EXPORTED),
            columns: z.array(z.string()),
            filters: z.array(z.string()),
            formats: z.array(z.enum(LIST_FORMATS)),
          }),
        ),
        recent: z
          .array(
            z.strictObject({
              ...{ by: z.string(), what: z.string(), format: z.string(), at: moment },
              rows: count.nullable().describe('That were handed over; null: not known.'),
              end: z
                .enum(EXPORT_ENDS)
                .describe('`broken_off`: nobody took the rest; `unfinished`: it runs still, or was cut off.'),
            }),
          )
          .describe('Of everybody for whoever reads the audit, else your own.'),
      }),
    },
  },
  async (ask) => {
    const recent = await recentExports(ask);
    return ask.c.json({
      items: exportsOf(ask.actor).map(({ what, columns }) => ({
        ...{ what, columns },
        filters: Object.keys(EXPORT_KINDS[what].filters.shape),
        formats: LIST_FORMATS,
      })),
      recent: recent.map(({ at, ...rest }) => ({ ...rest, at: iso(at) })),
    });
  },
);

export const exportRoutes: readonly Route[] = [list, take];
