/** POST /api/suppressions/import: a list of numbers that are never to be called, six figures of them. It only ever adds. */
import * as z from 'zod';
import { beginImport } from '../begin-import.ts';
import { checkInput } from '../check-input.ts';
import { MAX_LIST_BYTES, readListFile } from '../read-list-file.ts';
import { jsonField, readUpload } from '../read-upload.ts';
import { type Route, route } from '../route.ts';
import { idOf } from './answer-fields.ts';
import { columnMapping } from './fields.ts';

const fields = z.strictObject({
  mapping: columnMapping.optional(),
  /** A code, which stands with each number. */
  reason: z
    .string()
    .regex(/^[a-z][a-z_]{0,39}$/, 'A code of small letters and _, as from_old_system.')
    .optional(),
});

const begin = route(
  {
    ...{ method: 'POST', path: '/api/suppressions/import', audit: 'suppression.import', phi: true },
    roles: ['admin', 'operator'],
    summary: 'Put a list of numbers on the do-not-call list; it only ever adds',
    answers: { 202: z.strictObject({ import_id: idOf('imp'), status: z.literal('reading') }) },
    reads: { form: fields, maxBytes: MAX_LIST_BYTES.suppressions },
  },
  async (ask) => {
    const upload = await readUpload(ask.c.req.raw, MAX_LIST_BYTES.suppressions);
    const mapping = jsonField(upload, 'mapping');
    const given = checkInput(fields, {
      ...Object.fromEntries(upload.fields),
      ...(upload.fields.has('mapping') ? { mapping } : {}),
    });
    const file = readListFile(upload.file, {
      kind: 'suppressions',
      mapping: given.mapping ?? null,
      requiredVariables: [],
    });
    const { reason } = given;
    const order = { kind: 'suppressions', file, campaignId: null, consent: null } as const;
    const id = await beginImport(ask, { ...order, ...(reason === undefined ? {} : { reason }) });
    return ask.c.json({ import_id: id, status: 'reading' }, 202, { Location: `/api/imports/${id}` });
  },
);

export const suppressionImportRoutes: readonly Route[] = [begin];
