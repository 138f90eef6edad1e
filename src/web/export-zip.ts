/**
 * Everything that is kept about one patient in one archive (HS-19): the record as a document and as JSON, a FHIR Bundle for each call, and
 * each recording as it was made. It is written while it is read: of a recording a chunk is in memory, never all of it. What cannot be
 * read is named in README.txt, and has no line among the checksums.
 *
 * Calls are read by page, as in the record: 400 of them take some 400 statements of D1, of a thousand in a request.
 */
import { makeZip } from 'client-zip';
import type { BundleInput } from '../domain/fhir/bundle-input.ts';
import { bundleOf } from '../domain/fhir/bundle-of.ts';
import { isLiveStatus } from '../domain/intake/call-record.ts';
import { log } from '../log.ts';
import { bundleReader } from '../read-bundle-input.ts';
import { type Call, type CallCursor, listCalls } from '../store/calls.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { RecordingCorrupt, readRecording } from '../store/recording-bucket.ts';
import { type Recording, readable } from '../store/recordings.ts';
import type { DataKey } from '../store/seal.ts';
import { documentExport } from './export-document.ts';
import { type Exporter, type ExportPurpose, exportTexts, jsonExport } from './export-patient.ts';
import type { Ask } from './route.ts';
import { begun, eachPage } from './text-stream.ts';
import { zipReadme } from './zip-readme.ts';

type ZipAsk = Exporter & Pick<Ask, 'env'>;

interface Part {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}
/** What came out, and what did not. */
interface Contents {
  /** As `sha256sum` writes them. */
  readonly sums: string[];
  readonly missing: string[];
}

const PAGE = 25;
/** Of the archive; nothing is put into the bucket. */
const inFolder = (folder: 'fhir' | 'audio', file: string): string => [folder, file].join('/');

export async function zipExport(
  ask: ZipAsk,
  patientId: string,
  purpose: ExportPurpose,
): Promise<ReadableStream<Uint8Array>> {
  // Begun before anything is answered: who is not on file is refused.
  const record = await begun(exportTexts(ask, patientId, purpose, jsonExport));
  return makeZip(entriesOf(ask, patientId, purpose, record));
}

async function* entriesOf(
  ask: ZipAsk,
  patientId: string,
  purpose: ExportPurpose,
  record: AsyncGenerator<string, void>,
) {
  const contents: Contents = { sums: [], missing: [] };
  const lastModified = new Date(ask.now);
  let code = 'broken_off';
  try {
    for await (const part of partsOf(ask, patientId, purpose, record, contents))
      yield { name: part.name, lastModified, input: summed(part, contents) };
    const readme = zipReadme({ patientId, purpose, by: ask.actor.name, at: ask.now, ...contents });
    yield { name: 'SHA256SUMS', lastModified, input: contents.sums.join('') };
    yield { name: 'README.txt', lastModified, input: readme };
    code = 'whole';
  } finally {
    const line = { actor: ask.actor.id, patient_id: patientId, count: contents.sums.length, code };
    log[contents.missing.length > 0 ? 'warn' : 'info']('patient.archived', line);
  }
}

async function* partsOf(
  ask: ZipAsk,
  patientId: string,
  purpose: ExportPurpose,
  record: AsyncGenerator<string, void>,
  { missing }: Contents,
): AsyncGenerator<Part, void> {
  const { db, config } = ask;
  yield { name: 'record.json', bytes: encoded(record) };
  yield {
    name: 'record.html',
    bytes: encoded(exportTexts(ask, patientId, purpose, documentExport(ask.config.clinic, ask.now))),
  };
  const dataKey = await dataKeyOf(config.keyRing, patientId);
  const bundles = await bundleReader(ask, patientId);
  let cursor: CallCursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof listCalls>> = await listCalls(db, config.keyRing, {
      limit: PAGE,
      cursor,
      patientId,
    });
    cursor = page.nextCursor;
    const { recordings, of } = await bundles(page.items);
    for (const call of page.items) {
      const parts = [await bundlePart(call, of), await audioPart(ask, dataKey, call, recordings.get(call.id) ?? null)];
      for (const part of parts)
        if (typeof part === 'string') missing.push(part);
        else if (part !== null) yield part;
    }
  } while (cursor !== null);
}

/** A text: why it is not there. */
async function bundlePart(call: Call, of: (call: Call) => Promise<BundleInput | null>): Promise<Part | string> {
  const name = inFolder('fhir', `${call.id}.json`);
  if (isLiveStatus(call.status)) return `${name}: the call is still under way. Take the archive again when it is over.`;
  try {
    const input = await of(call);
    if (input !== null) return { name, bytes: encoded([JSON.stringify(bundleOf(input))]) };
  } catch (error) {
    log.error('patient.export_part', { call_id: call.id, kind: 'fhir', reason: (error as Error).name });
  }
  return `${name}: it could not be made from what is kept. The call is in record.json and record.html.`;
}

/** Null: none was made, or it was removed as its time was over. */
async function audioPart(
  { env }: ZipAsk,
  dataKey: DataKey,
  call: Call,
  recording: Recording | null,
): Promise<Part | string | null> {
  if (recording === null)
    return call.recordingStatus === 'pending' ? `${inFolder('audio', call.id)}: it is still being fetched.` : null;
  const name = inFolder('audio', `${call.id}.${recording.format ?? 'mp3'}`);
  const audio = readable(recording);
  if (audio === null)
    return recording.status === 'pending'
      ? `${name}: it is still being fetched.`
      : `${name}: it could not be fetched (${recording.reason ?? 'unknown'}).`;
  try {
    const bytes = await readRecording(env.BUCKET, audio, dataKey, 0, audio.bytes - 1);
    if (bytes !== null) return { name, bytes };
    log.error('recording.missing', { call_id: call.id });
    return `${name}: the stored audio is gone.`;
  } catch (error) {
    if (!(error instanceof RecordingCorrupt)) throw error;
    log.error('recording.corrupt', { call_id: call.id });
    return `${name}: the stored audio is damaged.`;
  }
}

/** As it goes by. Audio that turns out to be damaged half way ends there, is named, and has no checksum. */
async function* summed({ name, bytes }: Part, { sums, missing }: Contents): AsyncGenerator<Uint8Array, void> {
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  digest.digest.catch(() => undefined);
  try {
    for await (const piece of bytes) {
      await writer.write(piece);
      yield piece;
    }
    await writer.close();
    sums.push(`${new Uint8Array(await digest.digest).toHex()}  ${name}\n`);
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    if (!(error instanceof RecordingCorrupt)) throw error;
    log.error('recording.corrupt', { kind: 'export' });
    missing.push(`${name}: the stored audio is damaged; what is there of it breaks off.`);
  }
}

const encoder = new TextEncoder();
const encoded = (texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Uint8Array, void> =>
  eachPage(texts, (text) => encoder.encode(text));
