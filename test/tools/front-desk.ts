/**
 * The front desk at the API, for tools that shake the worker: asks again for as long as the worker is down, and makes nothing
 * twice. An answer that never came says nothing about what was done, so it looks before it asks for the same thing again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Persona } from '../../src/simulator/persona.ts';
import type { LocalStack } from './local-stack.ts';

export type Json = Record<string, unknown>;
export type Running = Pick<LocalStack, 'api'>;

/** A restarted worker takes seconds, on a busy machine many; a minute that was asked too much of, up to sixty. */
const TRIES = 160;
const BETWEEN_MS = 500;

/** Not refused for what was asked: the worker is down, or was asked too much within a minute (SE-03). */
export const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** For requests that may be repeated. */
export async function insist(running: Running, method: string, path: string, body?: unknown): Promise<Json> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await running.api(method, path, body).catch(() => null);
    if (answer !== null && answer.status < 300) return answer.body as Json;
    if (answer !== null && !isPassing(answer.status)) throw refused(method, path, answer);
    await pause(BETWEEN_MS);
  }
  throw new Error(`${method} ${path} was not answered`);
}

/** For requests that may not: `find` says whether an earlier one was carried out after all. */
export async function once(
  running: Running,
  path: string,
  body: unknown,
  find: () => Promise<Json | null>,
): Promise<Json> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = tries === 0 ? null : await find();
    if (found !== null) return found;
    const answer = await running.api('POST', path, body).catch(() => null);
    if (answer !== null && answer.status < 300) return answer.body as Json;
    // Later on, a refusal may be what the first request's own success has led to.
    if (answer !== null && !isPassing(answer.status) && tries === 0) throw refused('POST', path, answer);
    await pause(BETWEEN_MS);
  }
  throw new Error(`POST ${path} was not answered`);
}

/** Gives the id of the patient. */
export async function registerPatient(running: Running, patient: Persona): Promise<string> {
  const body = {
    ...{ phone_number: patient.phone, first_name: patient.firstName, last_name: patient.lastName },
    ...(patient.dateOfBirth === null ? {} : { date_of_birth: patient.dateOfBirth }),
    external_id: patient.id,
    consent: {
      ...{ basis: 'number_given_by_patient', obtained_at: new Date().toISOString() },
      ...{ obtained_by: 'front desk', evidence: 'registration form' },
    },
  };
  const find = () => firstOf(running, `/api/patients?external_id=${encodeURIComponent(patient.id)}`);
  return String((await once(running, '/api/patients', body, find)).patient_id);
}

/** Gives the id of the call. */
export async function placeCall(running: Running, patient: Persona, patientId: string): Promise<string> {
  const body = { phone_number: patient.phone, patient_id: patientId };
  const find = () => firstOf(running, `/api/calls?patient_id=${patientId}`);
  return String((await once(running, '/api/calls', body, find)).call_id);
}

async function firstOf(running: Running, path: string): Promise<Json | null> {
  const { items } = (await insist(running, 'GET', path)) as { items: Json[] };
  return items[0] ?? null;
}

function refused(method: string, path: string, { status, body }: { status: number; body: unknown }): Error {
  return new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
}
