/** Why an answer is not there, in the words of FHIR (FH-02). What they cannot tell apart our own extension does. */
import type { Coding, Extension } from 'fhir/r4';
import type { AnswerState } from '../intake/state.ts';
import { hl7, own } from './names.ts';

export type MissingState = Exclude<AnswerState, 'answered' | 'none'>;

/** Silence is no refusal and no "I do not know": nothing tells whether the question was heard. */
const REASONS: Readonly<Record<MissingState, readonly [code: string, display: string]>> = {
  declined: ['asked-declined', 'Asked But Declined'],
  unknown: ['asked-unknown', 'Asked But Unknown'],
  skipped: ['not-asked', 'Not Asked'],
  not_asked: ['not-asked', 'Not Asked'],
  unclear: ['unknown', 'Unknown'],
};

export const absentReason = (state: MissingState): Coding => hl7('data-absent-reason', ...REASONS[state]);

export const absentExtensions = (state: MissingState): Extension[] => [
  { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: REASONS[state][0] },
  { url: own('answer-state'), valueCode: state },
];
