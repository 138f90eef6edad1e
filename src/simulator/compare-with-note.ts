/**
 * Judges one finished call from outside: does what the worker wrote down agree with the script, and with every key the
 * patient really pressed and every word that was really heard? Pure, over the JSON of `/api/calls/{id}` and
 * `/api/calls/{id}/intake-data`.
 */
import type { CallRecord } from './call-record.ts';
import { type DerivedAnswer, deriveNote } from './derive-note.ts';
import type { ExpectedAnswer, Persona } from './persona.ts';

/**
 * Differences in words; empty: as scripted. `noteJson` is null when there is no note. `records`: of the call, or of all
 * calls of the intake in order when the patient rang back. `lost`: ids of events that never reached the worker.
 */
export function compareWithNote(
  persona: Persona,
  callJson: unknown,
  noteJson: unknown,
  records: CallRecord | readonly CallRecord[] = [],
  lost: ReadonlySet<string> = new Set(),
): string[] {
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
  if (expected.redFlags !== undefined) {
    expect('red flags', rulesIn(noteJson).join(', '), [...expected.redFlags].sort().join(', '));
  }
  for (const [step, wanted] of Object.entries(expected.items)) {
    differences.push(...compareAnswer('script', step, itemOf(noteJson, step), wanted));
  }
  return [...differences, ...compareWithRecords(noteJson, list(records), lost)];
}

function list(records: CallRecord | readonly CallRecord[]): readonly CallRecord[] {
  return Array.isArray(records) ? records : [records as CallRecord];
}

/** Item by item what was given before the end, whatever the script says. */
export function compareWithRecords(
  noteJson: unknown,
  records: readonly CallRecord[],
  lost: ReadonlySet<string> = new Set(),
): string[] {
  const differences: string[] = [];
  const questionnaire = at(noteJson, 'questionnaire', 'id');
  for (const [step, wanted] of Object.entries(deriveNote(records, lost, questionnaire).items)) {
    if (wanted === null) continue;
    const found = itemOf(noteJson, step);
    differences.push(...compareAnswer('given', step, found, wanted), ...compareProvenance(step, found, wanted));
  }
  return differences;
}

function compareAnswer(source: string, step: string, found: unknown, wanted: ExpectedAnswer): string[] {
  const differences: string[] = [];
  for (const name of ['state', 'value', 'confirmed'] as const) {
    if (!(name in wanted) || at(found, name) === wanted[name]) continue;
    differences.push(`${source} ${step} ${name}: ${show(at(found, name))} instead of ${show(wanted[name])}`);
  }
  return differences;
}

/** An answer must say which event it came from, when, and how it was given. */
function compareProvenance(step: string, found: unknown, { input }: DerivedAnswer): string[] {
  if (input === undefined) return [];
  const differences: string[] = [];
  if (at(found, 'input') !== input)
    differences.push(`${step} input: ${show(at(found, 'input'))} instead of "${input}"`);
  const eventId = at(found, 'event_id');
  if (typeof eventId !== 'string' || eventId === '') differences.push(`${step} has no event_id`);
  const time = at(found, 'timestamp');
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) differences.push(`${step} has no timestamp`);
  return differences;
}

function rulesIn(noteJson: unknown): string[] {
  const flags = at(noteJson, 'red_flags');
  const rules = Array.isArray(flags) ? flags.map((flag) => String(at(flag, 'rule'))) : [];
  return [...new Set(rules)].sort();
}

function itemOf(noteJson: unknown, step: string): unknown {
  const [section = '', item = ''] = step.split('.');
  return at(noteJson, section, item);
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
