/** Patients and calls in D1, made by the functions the worker uses. Each call has its own number unless told otherwise. */
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import { getCall } from '../../src/store/calls.ts';
import type { ConsentInput } from '../../src/store/consents.ts';
import { createPatient, type NewPatient, type Patient } from '../../src/store/patients.ts';
import { type CallRequest, placeCall } from '../../src/store/place-call.ts';
import { prepareDial, readDialSubject } from '../../src/store/prepare-plan.ts';
import { usNumber } from '../../src/us-number.ts';
import { config, db, ring, testEnv } from './worker-env.ts';

/** All of one time zone, and of none of our own numbers. */
const AREA_CODES = [201, 203, 207, 215, 216, 234, 239, 240, 248, 252, 267, 301, 302, 304, 315, 330, 339, 347, 351, 386];
let numbers = 0;
/** Fiction numbers, 100 to an area code of the States; each once in a file, which are too short to come round. */
export function nextNumber(): string {
  numbers += 1;
  const areaCode = AREA_CODES[Math.floor(numbers / 100) % AREA_CODES.length];
  return `+1${areaCode}55501${String(numbers % 100).padStart(2, '0')}`;
}

export const CONSENT: ConsentInput = {
  basis: 'verbal',
  obtainedAt: Date.UTC(2026, 10, 1),
  obtainedBy: 'Front desk',
  evidence: 'Intake form, page 2',
};

export function givenPatient(changes: Partial<NewPatient> & { consent?: ConsentInput | null } = {}): Promise<Patient> {
  const { consent = CONSENT, ...details } = changes;
  const person: NewPatient = {
    phoneNumber: nextNumber(),
    firstName: 'Rosalind',
    lastName: 'Quimbyfield',
    dateOfBirth: '1980-04-12',
    externalId: null,
    language: 'en',
    ...details,
  };
  return createPatient(db, ring, person, consent, 'staff_1', Date.now());
}

export const requestFor = (changes: Partial<CallRequest> & Pick<CallRequest, 'phoneNumber'>): CallRequest => ({
  numberValid: usNumber(changes.phoneNumber) !== null,
  patientId: null,
  questionnaireId: null,
  language: null,
  consent: null,
  ...{ purpose: 'intake', testOf: null, stopped: false },
  requestedBy: 'staff_1',
  ...changes,
});

/** The caps on how often somebody is rung (TC-05) begin anew. */
export const forgetCaps = () => testEnv.DB.exec('update attempts set counts = 0');

export interface Placed {
  readonly patient: Patient;
  readonly callId: string;
  readonly attemptId: string;
}

export async function givenPlacedCall(
  person: Parameters<typeof givenPatient>[0] = {},
  asked: Partial<CallRequest> = {},
): Promise<Placed> {
  const patient = await givenPatient(person);
  const request = requestFor({ phoneNumber: patient.phoneNumber, patientId: patient.id, ...asked });
  const placed = await placeCall(db, config, request, Date.now());
  if (!placed.ok) throw new Error(`not placed: ${JSON.stringify(placed)}`);
  return { patient, callId: placed.callId, attemptId: placed.attemptId };
}

/** What the consumer hands to the session. */
export async function givenPlanOf({ callId, attemptId }: Placed): Promise<[CallPlan, wrappedKey: string]> {
  const call = await getCall(db, ring, callId);
  const subject = call === null ? null : await readDialSubject(db, config, call);
  if (call === null || subject === null) throw new Error('not preparable');
  const prepared = await prepareDial(config, call, subject, attemptId, Date.now());
  if (prepared === null) throw new Error('not speakable');
  return [prepared.plan, prepared.wrappedKey];
}
