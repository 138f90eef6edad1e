/**
 * Who and what made the answers: the patient told them to a machine; staff put some right, signed them, added words. No text here was
 * translated by a machine: what the patient said stays in the language it was said in.
 */
import type { Provenance, ProvenanceAgent, Reference } from 'fhir/r4';
import { noteAnswers } from '../note/note.ts';
import type { BundleInput, BundleNote, BundleReview } from './bundle-input.ts';
import { knownTo, transcriptId } from './documents-of.ts';
import { concept, fhirId, hl7, OUR_DEVICE, referTo, staffOf } from './names.ts';
import { painOf } from './pain-of.ts';
import { responseId } from './response-of.ts';

export function provenancesOf(input: BundleInput, note: BundleNote): Provenance[] {
  return [
    interview(input, note),
    ...corrections(input, note),
    ...knownTo(input, input.signatures).map((signature) => signed(input, signature)),
    ...knownTo(input, input.addenda).map((addendum) => added(input, addendum)),
  ];
}

const agent = (code: string, display: string, who: Reference): ProvenanceAgent => ({
  type: { coding: [hl7('provenance-participant-type', code, display)] },
  who,
});
const operation = (code: string, display: string, text: string) =>
  concept(text, hl7('v3-DataOperation', code, display));
const responseRef = (input: BundleInput): Reference => referTo('QuestionnaireResponse', responseId(input));

function interview(input: BundleInput, note: BundleNote): Provenance {
  const { call, patient, transcripts, recording } = input;
  const { answered_at: start, ended_at: end } = call;
  const sources = [
    ...(transcripts.items.length === 0 ? [] : [referTo('DocumentReference', transcriptId(input))]),
    ...(recording === null ? [] : [referTo('DocumentReference', fhirId(recording.id))]),
  ];
  return {
    resourceType: 'Provenance',
    id: fhirId(call.call_id, 'interview'),
    target: [responseRef(input), ...painOf(input, note).map(({ id = '' }) => referTo('Observation', id))],
    ...(start === null ? {} : { occurredPeriod: { start, ...(end === null || end < start ? {} : { end }) } }),
    recorded: note.created_at,
    activity: operation('CREATE', 'create', 'The patient answered an automated call'),
    agent: [
      agent('informant', 'Informant', referTo('Patient', fhirId(patient.id))),
      agent('assembler', 'Assembler', OUR_DEVICE),
    ],
    ...(sources.length === 0 ? {} : { entity: sources.map((what) => ({ role: 'source', what })) }),
  };
}

/** What was put right at one time was put right by one person, in one go. */
function corrections(input: BundleInput, note: BundleNote): Provenance[] {
  const corrected = Object.entries(noteAnswers(note)).flatMap(([item, { corrected_by: by, timestamp: at }]) =>
    by === undefined || at === undefined ? [] : [{ item, by, at }],
  );
  return [...Map.groupBy(corrected, ({ at }) => at)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([at, together]) => ({
      resourceType: 'Provenance',
      id: fhirId(input.call.call_id, at.replaceAll(/[^0-9A-Z]/g, '')),
      target: [responseRef(input)],
      recorded: at,
      activity: operation('UPDATE', 'revise', 'Staff put answers right'),
      agent: [...new Set(together.map(({ by }) => by))].map((by) => agent('author', 'Author', staffOf(by))),
      entity: [
        {
          role: 'revision',
          what: { ...responseRef(input), display: `As it was before: ${together.map(({ item }) => item).join(', ')}` },
        },
      ],
    }));
}

const signed = (input: BundleInput, { id, by, at }: BundleReview): Provenance => ({
  resourceType: 'Provenance',
  id: fhirId(id),
  target: [responseRef(input)],
  recorded: at,
  activity: concept('A clinician signed the note'),
  agent: [agent('attester', 'Attester', staffOf(by))],
});

const added = (input: BundleInput, { id, by, at }: BundleReview): Provenance => ({
  resourceType: 'Provenance',
  id: fhirId(id),
  target: [referTo('DocumentReference', fhirId(id))],
  recorded: at,
  activity: operation('APPEND', 'append', 'A clinician added to the note'),
  agent: [agent('author', 'Author', staffOf(by))],
  entity: [{ role: 'source', what: responseRef(input) }],
});
