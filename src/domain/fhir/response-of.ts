/** The note as the answers to a version of a questionnaire. Its status says how the call ended, and whether staff put something right. */
import type { QuestionnaireResponse } from 'fhir/r4';
import { isLiveStatus } from '../intake/call-record.ts';
import type { Item, Language, Questionnaire } from '../intake/questionnaire.ts';
import { type NoteAnswer, noteAnswers } from '../note/note.ts';
import type { BundleInput, BundleNote } from './bundle-input.ts';
import { fhirId, OUR_DEVICE, own, questionnaireUrl, referTo } from './names.ts';
import { responseItem } from './response-item.ts';

export const responseId = ({ call }: Pick<BundleInput, 'call'>): string => fhirId(call.call_id);

export function responseOf(input: BundleInput, note: BundleNote): QuestionnaireResponse {
  const { call, patient, questionnaire, origin } = input;
  const { id, version } = note.questionnaire;
  const language = languageOf(note);
  return {
    resourceType: 'QuestionnaireResponse',
    id: responseId(input),
    language,
    extension: [
      { url: own('identity'), valueCode: note.identity },
      { url: own('note-version'), valueInteger: note.version },
    ],
    identifier: { system: own('call'), value: call.call_id },
    questionnaire: `${questionnaireUrl(origin, id)}|${version}`,
    status: statusOf(input, note),
    subject: referTo('Patient', fhirId(patient.id)),
    authored: note.call_metadata.ended_at ?? note.created_at,
    author: OUR_DEVICE,
    source: referTo('Patient', fhirId(patient.id)),
    item: answeredItems(note, questionnaire).map(({ item, answer }) => {
      const redFlags = note.red_flags.filter((flag) => flag.item === item.id);
      return responseItem({ item, answer, redFlags }, language, questionnaire);
    }),
  };
}

export const languageOf = (note: BundleNote): Language => (note.questionnaire.language === 'es' ? 'es' : 'en');

function statusOf({ call }: BundleInput, note: BundleNote): QuestionnaireResponse['status'] {
  if (call.status === 'wrong_person') return 'entered-in-error';
  if (Object.values(noteAnswers(note)).some(isCorrected)) return 'amended';
  if (isLiveStatus(call.status)) return 'in-progress';
  return call.status === 'completed' ? 'completed' : 'stopped';
}

export const isCorrected = ({ corrected_by }: NoteAnswer): boolean => corrected_by !== undefined;

/** Each item with its answer, but those that FHIR has not either: asked after a yes alone, and there was none. */
export function answeredItems(
  note: BundleNote,
  { items }: Questionnaire,
): { readonly item: Item; readonly answer: NoteAnswer }[] {
  const answers = noteAnswers(note);
  return items.flatMap((item) => {
    const answer = answers[item.id] ?? { state: 'not_asked' };
    const asked = item.whenYes === undefined || answers[item.whenYes]?.value === true;
    return asked || answer.state !== 'not_asked' ? [{ item, answer }] : [];
  });
}
