/** Plans for calls in tests: a named patient with a birth date and the shipped questionnaire, unless told otherwise. */
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import type { AttemptId, CallId, PatientId } from '../../src/domain/intake/ids.ts';
import type { Item, Questionnaire } from '../../src/domain/intake/questionnaire.ts';

export const BIRTH_DATE_KEYS = '04121980';

type PlanChanges = Partial<Omit<CallPlan, 'patient' | 'clinic'>> & {
  readonly patient?: Partial<CallPlan['patient']>;
  readonly clinic?: Partial<CallPlan['clinic']>;
};

export function givenPlan({ patient, clinic, ...changes }: PlanChanges = {}): CallPlan {
  return {
    callId: 'call_1' as CallId,
    attemptId: 'att_1' as AttemptId,
    createdAt: Date.UTC(2026, 10, 20, 15),
    attempt: 1,
    direction: 'outbound',
    patient: {
      patientId: 'pat_1' as PatientId,
      externalId: 'MRN-7',
      firstName: 'Rosa',
      lastName: 'Quimby',
      dateOfBirth: '1980-04-12',
      ...patient,
    },
    to: '+12025550143',
    from: '+12025550101',
    language: 'en',
    questionnaire: adultIntake,
    clinic: {
      name: 'Elm Street Clinic',
      callbackNumber: '+12025550100',
      optOutNumber: '+12025550102',
      ...clinic,
    },
    timerScale: 1,
    ...changes,
  };
}

export function givenQuestionnaire(...items: readonly Item[]): Questionnaire {
  return { id: 'short-intake', version: 1, title: { en: 'Short intake', es: 'Admisión breve' }, items };
}

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
