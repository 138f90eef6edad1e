/**
 * The pain that the patient told as a number, as an observation beside the answer it comes from (FH-05). A question is about pain when it
 * has LOINC's code for it. No band such as "severe" is made of the number: where its borders lie is the clinic's to say.
 */
import type { Observation } from 'fhir/r4';
import { isLiveStatus } from '../intake/call-record.ts';
import type { Item } from '../intake/questionnaire.ts';
import type { NoteAnswer } from '../note/note.ts';
import { absentReason } from './absent-reason.ts';
import type { BundleInput, BundleNote } from './bundle-input.ts';
import { concept, fhirId, hl7, LOINC, own, referTo } from './names.ts';
import { answeredItems, isCorrected, responseId } from './response-of.ts';

const PAIN = '72514-3';

const isPain = ({ type, codes = [] }: Item): boolean =>
  type === 'number' && codes.some(({ system, code }) => system === LOINC && code === PAIN);

export function painOf(input: BundleInput, note: BundleNote): Observation[] {
  return answeredItems(note, input.questionnaire)
    .filter(({ item, answer }) => isPain(item) && answer.state !== 'not_asked')
    .map(({ item, answer }, index) => observationOf(input, note, item, answer, index));
}

function observationOf(
  input: BundleInput,
  note: BundleNote,
  { codes = [] }: Item,
  answer: NoteAnswer,
  index: number,
): Observation {
  const { call, patient } = input;
  const { state, value } = answer;
  const who = referTo('Patient', fhirId(patient.id));
  const told = state === 'answered' && Number.isInteger(value);
  return {
    resourceType: 'Observation',
    id: fhirId(call.call_id, index === 0 ? 'pain' : `pain.${index + 1}`),
    identifier: [{ system: own('call'), value: call.call_id }],
    status: statusOf(input, answer),
    category: [{ coding: [hl7('observation-category', 'survey', 'Survey')] }],
    code: concept('Pain from 0 to 10, as the patient told it', ...codes.map((code) => ({ ...code }))),
    subject: who,
    effectiveDateTime: answer.timestamp ?? note.call_metadata.ended_at ?? note.created_at,
    issued: note.created_at,
    performer: [who],
    ...(told ? { valueInteger: Number(value) } : {}),
    ...(told || state === 'answered' || state === 'none'
      ? {}
      : { dataAbsentReason: { coding: [absentReason(state)] } }),
    derivedFrom: [referTo('QuestionnaireResponse', responseId(input))],
  };
}

function statusOf({ call }: BundleInput, answer: NoteAnswer): Observation['status'] {
  if (isCorrected(answer)) return 'amended';
  return isLiveStatus(call.status) ? 'preliminary' : 'final';
}
