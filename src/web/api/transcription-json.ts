/** A transcription as the API shows it. Fields are added, never renamed. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { UPLOAD_FORMATS } from '../../domain/audio/recognise-audio.ts';
import { TRANSCRIBERS } from '../../domain/transcription/transcription-setting.ts';
import { TRANSCRIPTION_STATUSES, type Transcribed, type Transcription } from '../../store/transcriptions.ts';
import { whatToDo } from '../transcription-words.ts';

const listedFields = {
  transcription_id: z.string(),
  status: z.enum(TRANSCRIPTION_STATUSES),
  file_name: z.string().nullable().describe('As it was sent; null once its key is gone.'),
  bytes: z.number(),
  format: z.enum(UPLOAD_FORMATS).describe('By its bytes, not by its name.'),
  language_hint: z.string().nullable(),
  duration_seconds: z.number().nullable(),
  engine: z.enum(TRANSCRIBERS).nullable(),
  code: z.string().nullable().describe('Why the last try failed.'),
  what_to_do: z.string().nullable(),
  uploaded_by: z.string(),
  created_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
};
export const transcriptionSchema = z.strictObject(listedFields).meta({ id: 'Transcription' });
export const transcriptionListSchema = z
  .strictObject({ items: z.array(transcriptionSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'TranscriptionList' });

const segment = z.strictObject({
  start_ms: z.number(),
  end_ms: z.number(),
  text: z.string(),
  confidence: z.number().nullable().describe('0 to 1; null when the engine does not say.'),
});
export const transcribedSchema = z
  .strictObject({
    ...listedFields,
    language: z.string().nullable().describe('As it was heard.'),
    text: z.string().nullable().describe('Null until it is done.'),
    segments: z.array(segment),
  })
  .meta({ id: 'TranscriptionResult' });

export const transcriptionJson = (item: Transcription): z.output<typeof transcriptionSchema> => ({
  transcription_id: item.id,
  status: item.status,
  file_name: item.fileName,
  bytes: item.bytes,
  format: item.format,
  language_hint: item.language,
  duration_seconds: item.durationMs === null ? null : item.durationMs / 1000,
  engine: item.engine,
  code: item.code,
  what_to_do: item.code === null ? null : whatToDo(item.code),
  uploaded_by: item.ownerName,
  created_at: iso(item.createdAt),
  ended_at: item.endedAt === null ? null : iso(item.endedAt),
});

export const transcribedJson = (item: Transcribed): z.output<typeof transcribedSchema> => ({
  ...transcriptionJson(item),
  language: item.transcript?.language ?? null,
  text: item.transcript?.text ?? null,
  segments: (item.transcript?.segments ?? []).map(({ startMs, endMs, text, confidence }) => ({
    ...{ start_ms: startMs, end_ms: endMs, text, confidence },
  })),
});
