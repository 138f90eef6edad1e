/** A list of patients as somebody uploads it, on its way onto file: API and page both come through here. */
import * as z from 'zod';
import type { StatedConsent } from '../domain/campaign/verdict.ts';
import { columnMapping, consent } from './api/fields.ts';
import { beginImport } from './begin-import.ts';
import { checkInput } from './check-input.ts';
import { MAX_LIST_BYTES, readListFile } from './read-list-file.ts';
import { jsonField, readUpload } from './read-upload.ts';
import type { Ask } from './route.ts';

export const patientImportFields = z.strictObject({
  mapping: columnMapping.optional(),
  /** Stated for all rows that say none themselves. */
  consent: consent.optional(),
});
const JSON_FIELDS = ['mapping', 'consent'] as const;

type Asker = Pick<Ask, 'c' | 'env' | 'config' | 'db' | 'actor' | 'now'>;

/** The import's id; fields of the form hold JSON. */
export async function importPatients(ask: Asker): Promise<string> {
  const upload = await readUpload(ask.c.req.raw, MAX_LIST_BYTES.patients);
  const given = JSON_FIELDS.flatMap((name) => {
    const value = jsonField(upload, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const rest = [...upload.fields].filter(([name]) => !(JSON_FIELDS as readonly string[]).includes(name));
  const { mapping = null, consent: stated = null } = checkInput(
    patientImportFields,
    Object.fromEntries([...rest, ...given]),
  );
  return beginPatientImport(ask, upload.file, mapping, stated);
}

export function beginPatientImport(
  ask: Asker,
  uploaded: Parameters<typeof readListFile>[0],
  mapping: Record<string, string | null> | null,
  stated: StatedConsent | null,
): Promise<string> {
  const file = readListFile(uploaded, { kind: 'patients', mapping, requiredVariables: [] });
  return beginImport(ask, { kind: 'patients', file, campaignId: null, consent: stated });
}
