/** The plans of simulated calls: the shipped questionnaire, and wordings hashed as they are spoken. */
import { createHash } from 'node:crypto';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import type { CallPlan, Candidate, PlanPatient } from '../../src/domain/intake/call-plan.ts';
import { scriptText } from '../../src/domain/intake/call-texts.ts';
import type { AttemptId, CallId, PatientId } from '../../src/domain/intake/ids.ts';
import { LANGUAGES, type Questionnaire } from '../../src/domain/intake/questionnaire.ts';
import { answersOf, flagsOf, type Note } from '../../src/domain/note/note.ts';
import type { Persona } from '../../src/simulator/persona.ts';

const STAFF_NUMBER = '+12025550111';
const CLINIC_NUMBER = '+12025550100';

export const QUESTIONNAIRE: Questionnaire = adultIntake;

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const WORDINGS: Readonly<Record<string, string>> = Object.fromEntries(
  LANGUAGES.flatMap((language) => [
    [`${language}/consent`, hashOf(scriptText(QUESTIONNAIRE, language, 'consent'))],
    ...QUESTIONNAIRE.items.map(({ id, text }) => [`${language}/${id}`, hashOf(text[language])]),
  ]),
);

function patientOf({ id, phone, firstName, lastName, dateOfBirth }: Persona): PlanPatient {
  const patientId = `pat_${id}_${phone.slice(1)}` as PatientId;
  return { patientId, externalId: null, firstName, lastName, dateOfBirth, minor: false };
}

const plan = (callId: string, createdAt: number) => ({
  callId: callId as CallId,
  createdAt,
  attempt: 1,
  clinicNumber: CLINIC_NUMBER,
  optOutLine: false,
  language: 'en' as const,
  questionnaire: QUESTIONNAIRE,
  wordings: WORDINGS,
  variables: {},
  mediaUrl: null,
  clinic: { name: 'Elm Street Clinic', callbackNumber: '+12025550102', optOutNumber: '+12025550103' },
  staff: { number: STAFF_NUMBER, from: 0, until: Number.MAX_SAFE_INTEGER },
  today: '2026-11-20',
  timerScale: 1,
});

export const outboundPlan = (callId: string, persona: Persona, createdAt: number): CallPlan => ({
  ...plan(callId, createdAt),
  attemptId: callId.replace('call_', 'att_') as AttemptId,
  direction: 'outbound',
  patient: patientOf(persona),
  candidates: [],
  patientNumber: persona.phone,
});

/** Whoever rings is a stranger until the birth date fits one of those who have an unfinished intake. */
export const inboundPlan = (
  callId: string,
  from: string,
  candidates: readonly Candidate[],
  createdAt: number,
): CallPlan => ({
  ...plan(callId, createdAt),
  attemptId: null,
  direction: 'inbound',
  patient: {
    patientId: `pat_new_${callId}` as PatientId,
    ...{ externalId: null, firstName: null, lastName: null, dateOfBirth: null, minor: false },
  },
  candidates,
  patientNumber: from,
});

/** `note`: of the newest call of this intake that left one. */
export const candidateOf = (patient: PlanPatient, note: Note | null): Candidate => ({
  ...{ patient, questionnaire: QUESTIONNAIRE, wordings: WORDINGS, variables: {}, mediaUrl: null },
  answers: note === null ? {} : answersOf(note, Date.parse),
  redFlags: note === null ? [] : flagsOf(note, Date.parse),
});
