/**
 * Judges one finished call from outside: does what the worker wrote down agree with the script, and with every key the
 * patient really pressed? Pure, over the JSON of `/api/calls/{id}` and `/api/calls/{id}/intake-data`.
 */
import { answerMeaning } from './answer-meaning.ts';
import type { CallRecord, ExpectedAnswer, Persona } from './persona.ts';

/** Differences in words; empty: as scripted. `noteJson` is null when there is no note. */
export function compareWithNote(persona: Persona, callJson: unknown, noteJson: unknown, record?: CallRecord): string[] {
  const { expected } = persona;
  const differences: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown): void => {
    if (found !== wanted) differences.push(`${what}: ${show(found)} instead of ${show(wanted)}`);
  };
  expect('call status', at(callJson, 'status'), expected.status);
  if (expected.identity !== undefined) expect('identity', at(callJson, 'identity'), expected.identity);
  for (const [name, wanted] of Object.entries(expected.consent ?? {})) {
    expect(`consent ${name}`, at(callJson, 'consent', name), wanted);
  }
  if (expected.note === null && noteJson !== null) differences.push('a note where there must be none');
  if (typeof expected.note === 'string' && expected.note !== 'any') {
    if (noteJson === null) return [...differences, 'no note'];
    expect('note status', at(noteJson, 'status'), expected.note);
    expect('note phone number', at(noteJson, 'patient_info', 'phone_number'), persona.phone);
  }
  if (noteJson === null) return differences;
  const judge = (source: string, step: string, wanted: ExpectedAnswer): void => {
    const [section = '', item = ''] = step.split('.');
    expect(`${source} ${step} state`, at(noteJson, section, item, 'state'), wanted.state);
    if ('value' in wanted) expect(`${source} ${step} value`, at(noteJson, section, item, 'value'), wanted.value);
  };
  for (const [step, wanted] of Object.entries(expected.items)) judge('script', step, wanted);
  for (const [step, entry] of Object.entries(record?.entries ?? {})) {
    const pressed = answerMeaning(step, entry.digits);
    if (pressed !== null) judge('pressed', step, pressed);
  }
  return differences;
}

function at(json: unknown, ...names: string[]): unknown {
  let value = json;
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
