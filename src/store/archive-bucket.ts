/**
 * The archive in R2 (`archive/<yyyy>/<mm>/<dd>/<call>/<version>.ndjson`, by the day (UTC) the call was asked for): one object for each version
 * of a note, one line of JSON: ids in clear, the note with its call and transcript sealed under the patient's key. So the lines of any
 * objects put behind each other are NDJSON too. Put once and never over again (HS-07).
 */
import { type DataKey, type SealedPlace, seal, unseal } from './seal.ts';

const PREFIX = 'archive/';

export interface ArchivedNote {
  readonly callId: string;
  /** Of the call, epoch milliseconds. */
  readonly createdAt: number;
  readonly version: number;
}
export interface OwnedNote extends ArchivedNote {
  readonly patientId: string;
}
/** A line of the archive. */
interface ArchiveLine {
  readonly call_id: string;
  readonly version: number;
  readonly patient_id: string;
  readonly sealed: string;
}

/** Name of the metadata that says whose it is. */
const PATIENT = 'patient';

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
export const archiveKey = ({ callId, createdAt, version }: ArchivedNote): string =>
  `${PREFIX}${dayOf(createdAt)}/${callId}/${version}.ndjson`;

const place = (callId: string, version: number): SealedPlace => ({
  ...{ table: 'archive', column: 'note', row: `${callId}.${version}` },
});

/** What lies there already stays: whoever comes twice changes nothing. */
export async function putArchived(bucket: R2Bucket, note: OwnedNote, dataKey: DataKey, text: string): Promise<void> {
  const { callId, version, patientId } = note;
  const sealed = seal(dataKey, place(callId, version), text);
  const line: ArchiveLine = { call_id: callId, version, patient_id: patientId, sealed };
  await bucket.put(archiveKey(note), `${JSON.stringify(line)}\n`, {
    onlyIf: new Headers({ 'If-None-Match': '*' }),
    httpMetadata: { contentType: 'application/x-ndjson', cacheControl: 'no-store' },
    customMetadata: { [PATIENT]: patientId },
  });
}

/** Of one line as it is stored. Throws where it was changed, or the key is another one. */
export const openArchived = ({ call_id, version, sealed }: ArchiveLine, dataKey: DataKey): string =>
  unseal(dataKey, place(call_id, version), sealed);

/** One page of what lies there, in the order of names. A probe that somebody left has no call. */
export async function listArchived(bucket: R2Bucket, after: string, limit: number) {
  const start = after === '' ? {} : { startAfter: after };
  const listed = await bucket.list({ prefix: PREFIX, limit, include: ['customMetadata'], ...start });
  return {
    objects: listed.objects.map(({ key, uploaded, customMetadata }) => ({
      key,
      callId: key.split('/').at(-2) ?? '',
      patientId: customMetadata?.[PATIENT] ?? null,
      storedAt: uploaded.getTime(),
    })),
    next: listed.truncated ? (listed.objects.at(-1)?.key ?? null) : null,
  };
}

/** As many as R2 deletes at once. */
const MOST_DELETED = 1000;

export async function deleteArchived(bucket: R2Bucket, notes: readonly ArchivedNote[]): Promise<void> {
  for (let from = 0; from < notes.length; from += MOST_DELETED)
    await bucket.delete(notes.slice(from, from + MOST_DELETED).map(archiveKey));
}
