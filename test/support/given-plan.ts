/** Plans for calls in tests: a named patient with a birth date and the shipped questionnaire, unless told otherwise. */
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import type { CallPlan, Candidate, PlanPatient } from '../../src/domain/intake/call-plan.ts';
import type { AttemptId, CallId, PatientId } from '../../src/domain/intake/ids.ts';
import { type Item, LANGUAGES, type Questionnaire } from '../../src/domain/intake/questionnaire.ts';
import type { RedFlagRule } from '../../src/domain/intake/red-flags.ts';

export const BIRTH_DATE_KEYS = '04121980';

export interface PlanChanges extends Partial<Omit<CallPlan, 'patient' | 'clinic' | 'candidates'>> {
  readonly patient?: Partial<PlanPatient>;
  readonly clinic?: Partial<CallPlan['clinic']>;
  readonly candidates?: readonly CandidateChanges[];
}
type CandidateChanges = Partial<Omit<Candidate, 'patient'>> & { readonly patient?: Partial<PlanPatient> };

const CREATED_AT = Date.UTC(2026, 10, 20, 15);
const ROSA: PlanPatient = {
  patientId: 'pat_1' as PatientId,
  externalId: 'MRN-7',
  firstName: 'Rosa',
  lastName: 'Quimby',
  dateOfBirth: '1980-04-12',
  minor: false,
};

/** Staff who are there all day. */
export const STAFF_ON_DUTY = {
  number: '+12025550109',
  from: CREATED_AT - 3_600_000,
  until: CREATED_AT + 24 * 3_600_000,
};

export function givenPlan({ patient, clinic, candidates = [], ...changes }: PlanChanges = {}): CallPlan {
  const questionnaire = changes.questionnaire ?? adultIntake;
  return {
    callId: 'call_1' as CallId,
    attemptId: 'att_1' as AttemptId,
    createdAt: CREATED_AT,
    attempt: 1,
    direction: 'outbound',
    patient: { ...ROSA, ...patient },
    candidates: candidates.map((candidate) => givenCandidate(candidate, questionnaire)),
    patientNumber: '+12025550143',
    clinicNumber: '+12025550101',
    optOutLine: false,
    language: 'en',
    questionnaire,
    wordings: wordingsOf(questionnaire),
    variables: {},
    mediaUrl: null,
    clinic: {
      name: 'Elm Street Clinic',
      callbackNumber: '+12025550100',
      optOutNumber: '+12025550102',
      ...clinic,
    },
    staff: null,
    today: '2026-11-20',
    timerScale: 1,
    ...changes,
  };
}

/** Somebody rings us: nobody is known in the books yet but a new, unnamed patient. */
export const givenInboundPlan = (changes: PlanChanges = {}): CallPlan =>
  givenPlan({
    direction: 'inbound',
    attemptId: null,
    patient: { patientId: 'pat_new' as PatientId, externalId: null, ...NAMELESS },
    ...changes,
  });

const NAMELESS = { firstName: null, lastName: null, dateOfBirth: null } as const;

function givenCandidate({ patient, ...changes }: CandidateChanges, questionnaire: Questionnaire): Candidate {
  return {
    patient: { ...ROSA, ...patient },
    questionnaire,
    wordings: wordingsOf(changes.questionnaire ?? questionnaire),
    variables: {},
    mediaUrl: null,
    answers: {},
    redFlags: [],
    ...changes,
  };
}

/** Stand-ins for hashes: one for each text an answer may name. */
const wordingsOf = ({ id, version, items }: Questionnaire): Record<string, string> =>
  Object.fromEntries(
    ['consent', ...items.map((item) => item.id)].flatMap((name) =>
      LANGUAGES.map((language) => [`${language}/${name}`, `hash of ${id} ${version} ${language} ${name}`]),
    ),
  );

export function givenQuestionnaire(...items: readonly Item[]): Questionnaire {
  return {
    id: 'short-intake',
    version: 1,
    title: { en: 'Short intake', es: 'Admisión breve' },
    items,
    redFlags: [],
    voicemail: 'message',
  };
}

/** A rule that knows one phrase, the same in every language. */
export const spokenFlag = (id: string, phrase: string, advice: RedFlagRule['advice'] = '911'): RedFlagRule => ({
  id,
  level: 'urgent',
  advice,
  when: [{ phrases: { en: [phrase], es: [phrase] } }],
});

export const yesNo = (id: string, whenYes?: string): Item => ({
  id,
  type: 'yes_no',
  text: { en: `${id}?`, es: `¿${id}?` },
  ...(whenYes === undefined ? {} : { whenYes }),
});

export const voice = (id: string, whenYes?: string): Item => ({
  id,
  type: 'voice',
  text: { en: `${id}.`, es: `${id}.` },
  ...(whenYes === undefined ? {} : { whenYes }),
});

export const number = (id: string, minimum: number, maximum: number): Item => ({
  id,
  type: 'number',
  minimum,
  maximum,
  text: { en: `${id}?`, es: `¿${id}?` },
});

export const message = (id: string, audio = false): Item => ({
  id,
  type: 'message',
  text: { en: `${id}.`, es: `${id}.` },
  ...(audio ? { audio } : {}),
});

export const date = (id: string, notFuture: boolean): Item => ({
  id,
  type: 'date',
  notFuture,
  text: { en: `${id}?`, es: `¿${id}?` },
});
