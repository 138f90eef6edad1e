/** /api/transcriptions: audio is sent, written down in the background, read, tried again, deleted, and taken out as a table. */
import * as z from 'zod';
import { SPOKEN_LANGUAGES } from '../../domain/transcription/transcript.ts';
import { UPLOAD_TYPES } from '../../store/transcription-bucket.ts';
import {
  allTranscribed,
  getTranscription,
  listTranscriptions,
  TRANSCRIPTION_STATUSES,
  type Transcribed,
} from '../../store/transcriptions.ts';
import { beginTranscription, MOST_AUDIO_BYTES, readAudioForm } from '../begin-transcription.ts';
import { checkInput } from '../check-input.ts';
import { notFound } from '../errors.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Ask, type Route, route } from '../route.ts';
import { deleteTranscription, tryAgain } from '../settle-transcription.ts';
import { type Column, TABULAR_TYPES, tabularStream } from '../tabular.ts';
import { begun, jsonArray, textStream } from '../text-stream.ts';
import { answerUploadedAudio } from '../transcription-audio.ts';
import { DEFAULT_LIMIT, limit, transcriptionId } from './fields.ts';
import {
  transcribedJson,
  transcribedSchema,
  transcriptionJson,
  transcriptionListSchema,
  transcriptionSchema,
} from './transcription-json.ts';

const people = { roles: ['admin', 'clinician'], phi: true } as const;
const one = z.strictObject({ transcription_id: transcriptionId });

const form = z.strictObject({
  language: z
    .string()
    .trim()
    .toLowerCase()
    .refine((code) => code === '' || SPOKEN_LANGUAGES.includes(code), {
      error: 'Two letters of a spoken language, as en or es; left out, it is found out.',
    })
    .optional(),
});

async function known(ask: Ask & { readonly params: { transcription_id: string } }): Promise<Transcribed> {
  const item = await getTranscription(ask.db, ask.config.keyRing, ask.params.transcription_id);
  if (item === null) throw notFound();
  return item;
}

const upload = route(
  {
    ...{ ...people, method: 'POST', path: '/api/transcriptions', audit: 'transcription.create' },
    summary: 'Send one audio file (multipart field `file`, optional `language`) to be written down',
    answers: { 202: transcriptionSchema },
    reads: { form, maxBytes: MOST_AUDIO_BYTES },
  },
  async (ask) => {
    const { file, fields } = await readAudioForm(ask);
    const { language = '' } = checkInput(form, Object.fromEntries(fields));
    const item = await beginTranscription(ask, file, language === '' ? null : language);
    return ask.c.json(transcriptionJson(item), 202, { Location: `/api/transcriptions/${item.id}` });
  },
);

const list = route(
  {
    ...{ ...people, method: 'GET', path: '/api/transcriptions', audit: 'transcription.list' },
    query: z.strictObject({
      limit,
      cursor: pageCursor('trn').optional(),
      status: z.enum(TRANSCRIPTION_STATUSES).optional(),
    }),
    summary: 'Transcriptions, the newest first, without what was said',
    answers: { 200: transcriptionListSchema },
  },
  async ({ query, db, config, c }) => {
    const { limit: most = DEFAULT_LIMIT, cursor = null, status = null } = query;
    const { items, nextCursor } = await listTranscriptions(db, config.keyRing, { limit: most, cursor, status });
    return c.json({ items: items.map(transcriptionJson), next_cursor: cursorText(nextCursor) });
  },
);

const read = route(
  {
    ...{ ...people, method: 'GET', path: '/api/transcriptions/:transcription_id', audit: 'transcription.read' },
    params: one,
    summary: 'One transcription with what was said, and when',
    answers: { 200: transcribedSchema },
  },
  async (ask) => ask.c.json(transcribedJson(await known(ask))),
);

const listen = route(
  {
    ...{ ...people, method: 'GET', path: '/api/transcriptions/:transcription_id/audio', audit: 'transcription.play' },
    params: one,
    summary: 'The audio as it was sent, whole or a range of it',
    answers: { 200: null, 206: null },
    types: Object.values(UPLOAD_TYPES),
    refusals: [416],
  },
  async (ask) => answerUploadedAudio(ask, await known(ask)),
);

const retry = route(
  {
    ...{ ...people, method: 'POST', path: '/api/transcriptions/:transcription_id/retry', audit: 'transcription.retry' },
    params: one,
    summary: 'Try again what failed',
    answers: { 202: transcriptionSchema },
  },
  async (ask) => {
    await tryAgain(ask, ask.params.transcription_id);
    return ask.c.json(transcriptionJson(await known(ask)), 202);
  },
);

const remove = route(
  {
    ...{ ...people, method: 'DELETE', path: '/api/transcriptions/:transcription_id', audit: 'transcription.delete' },
    params: one,
    summary: 'Delete a transcription with its audio; what is under way is called off',
    answers: { 204: null },
  },
  async (ask) => {
    await deleteTranscription(ask, ask.params.transcription_id);
    return ask.c.body(null, 204);
  },
);

const FORMATS = ['json', 'csv', 'tsv'] as const;
type Shown = ReturnType<typeof transcribedJson>;
const COLUMNS: readonly Column<Shown>[] = (
  [
    ...['transcription_id', 'file_name', 'status', 'code', 'language', 'duration_seconds', 'format', 'bytes'],
    ...['engine', 'uploaded_by', 'created_at', 'text'],
  ] as Exclude<keyof Shown, 'segments'>[]
).map((name) => ({ name, cell: (row) => row[name] }));

/** Whoever stops reading stops the reading. */
async function* shown(pages: AsyncIterable<Transcribed[]>): AsyncGenerator<Shown[], void> {
  for await (const page of pages) yield page.map(transcribedJson);
}

const results = route(
  {
    ...{ ...people, method: 'GET', path: '/api/transcriptions/results', audit: 'transcription.results' },
    isExport: true,
    query: z.strictObject({ format: z.enum(FORMATS).optional() }),
    summary: 'Everything that was written down, as a file',
    answers: { 200: z.array(transcribedSchema) },
    types: [TABULAR_TYPES.csv, TABULAR_TYPES.tsv],
  },
  async ({ query: { format = 'json' }, db, config }) => {
    const pages = shown(await begun(allTranscribed(db, config.keyRing)));
    const texts = format === 'json' ? jsonArray(pages) : tabularStream(format, COLUMNS, pages);
    return new Response(textStream(texts), {
      headers: {
        'Content-Type': format === 'json' ? 'application/json' : TABULAR_TYPES[format],
        'Content-Disposition': `attachment; filename="transcriptions.${format}"`,
      },
    });
  },
);

/** The results before the single one, whose ids have a place in the same address. */
export const transcriptionRoutes: readonly Route[] = [upload, list, results, read, listen, retry, remove];
