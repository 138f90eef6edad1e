/**
 * What was said, as text, and the recording, as its address: audio is fetched from there by whoever may, and is not in here. What
 * clinicians added to the note stands as documents of its own.
 */
import type { Attachment, CodeableConcept, DocumentReference, Extension } from 'fhir/r4';
import { isLiveStatus } from '../intake/call-record.ts';
import type { BundleInput, BundleReview } from './bundle-input.ts';
import { clinicOf, coded, concept, fhirId, LOINC, OUR_DEVICE, own, referTo, staffOf } from './names.ts';
import { responseId } from './response-of.ts';

export const transcriptId = ({ call }: Pick<BundleInput, 'call'>): string => fhirId(call.call_id, 'transcript');

/** Those of versions after this one are not known to it. */
export const knownTo = <R extends BundleReview>({ intake_data: note }: BundleInput, reviews: readonly R[]): R[] =>
  reviews.filter(({ noteVersion }) => note !== null && noteVersion <= note.version);

export function documentsOf(input: BundleInput): DocumentReference[] {
  return [...transcriptOf(input), ...recordingOf(input), ...knownTo(input, input.addenda).map(addendumOf(input))];
}

/** 'Telephone encounter Note'. */
const NOTE_OF_A_CALL = coded(LOINC, '34748-4', 'Telephone encounter Note');

function transcriptOf(input: BundleInput): DocumentReference[] {
  const { call, transcripts } = input;
  if (transcripts.items.length === 0) return [];
  const lines = transcripts.items.map(({ timestamp, speaker, text }) => `${timestamp} ${speaker}: ${text}\n`);
  return [
    documentOf(input, {
      id: transcriptId(input),
      key: `${call.call_id}.transcript`,
      type: concept(
        'Transcript of an automated call',
        NOTE_OF_A_CALL,
        coded(own('document'), 'transcript', 'Transcript'),
      ),
      isFinal: !isLiveStatus(call.status),
      date: call.ended_at ?? call.created_at,
      author: OUR_DEVICE,
      attachment: { ...textOf(lines.join('')), language: call.language === 'es' ? 'es' : 'en', title: 'Transcript' },
    }),
  ];
}

/** R4 knows SHA-1 alone, which nobody should rely on any more; ours is SHA-256. */
function recordingOf(input: BundleInput): DocumentReference[] {
  const { call, recording, origin } = input;
  if (recording === null) return [];
  const { id, format, bytes, sha256, startedAt } = recording;
  const hash: Extension[] = sha256 === null ? [] : [{ url: own('sha-256'), valueString: sha256 }];
  return [
    documentOf(input, {
      id: fhirId(id),
      key: id,
      type: concept('Recording of an automated call', coded(own('document'), 'recording', 'Recording')),
      isFinal: recording.status === 'ready',
      date: startedAt ?? call.answered_at ?? call.created_at,
      author: OUR_DEVICE,
      attachment: {
        ...(hash.length === 0 ? {} : { extension: hash }),
        ...(format === null ? {} : { contentType: format === 'mp3' ? 'audio/mpeg' : 'audio/wav' }),
        url: `${origin}/api/calls/${call.call_id}/recording`,
        ...(bytes === null ? {} : { size: bytes }),
        title: 'Recording',
        ...(startedAt === null ? {} : { creation: startedAt }),
      },
    }),
  ];
}

const addendumOf =
  (input: BundleInput) =>
  ({ id, by, at, text }: BundleInput['addenda'][number]): DocumentReference =>
    documentOf(input, {
      id: fhirId(id),
      key: id,
      type: concept('Addendum to the note of a call', NOTE_OF_A_CALL, coded(own('document'), 'addendum', 'Addendum')),
      isFinal: true,
      date: at,
      author: staffOf(by),
      attachment: { ...textOf(text), title: 'Addendum', creation: at },
    });

interface Document {
  readonly id: string;
  readonly key: string;
  readonly type: CodeableConcept;
  readonly isFinal: boolean;
  readonly date: string;
  readonly author: typeof OUR_DEVICE;
  readonly attachment: Attachment;
}

function documentOf(
  input: BundleInput,
  { id, key, type, isFinal, date, author, attachment }: Document,
): DocumentReference {
  const { call, patient, clinic, intake_data: note } = input;
  const { answered_at: start, ended_at: end } = call;
  const about = note === null ? [] : [referTo('QuestionnaireResponse', responseId(input))];
  return {
    resourceType: 'DocumentReference',
    id,
    identifier: [{ system: own('document-id'), value: key }],
    status: 'current',
    docStatus: isFinal ? 'final' : 'preliminary',
    type,
    subject: referTo('Patient', fhirId(patient.id)),
    date,
    author: [author],
    custodian: clinicOf(clinic.name),
    content: [{ attachment }],
    context: {
      ...(start === null ? {} : { period: { start, ...(end === null || end < start ? {} : { end }) } }),
      related: [referTo('Communication', fhirId(call.call_id)), ...about],
    },
  };
}

const textOf = (text: string): Attachment => ({ contentType: 'text/plain; charset=utf-8', data: base64Of(text) });

const CHUNK = 0x2000;

function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  return btoa(parts.join(''));
}
