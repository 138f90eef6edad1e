import { describe, expect, test } from 'vitest';
import { type Ask, newCallRecord } from '../../src/simulator/call-record.ts';
import { compareWithNote } from '../../src/simulator/compare-with-note.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';

const persona = (id: string) => personas.find((each) => each.id === id) as Persona;

/** A note and call that say exactly what the persona's script says. */
function asScripted({ expected, phone }: Persona) {
  const note: Record<string, Record<string, unknown>> & { status?: unknown } = {
    patient_info: { phone_number: phone },
  };
  for (const [step, answer] of Object.entries(expected.items)) {
    const [section = '', item = ''] = step.split('.');
    note[section] = { ...note[section], [item]: { value: null, ...answer } };
  }
  const call = { status: expected.status, identity: expected.identity, consent: { ...expected.consent } };
  const red_flags = (expected.redFlags ?? []).map((rule) => ({ rule }));
  return { call, note: { ...note, red_flags, status: expected.note } as Record<string, unknown> };
}

describe('Comparing a persona with its note', () => {
  test.each(personas.map((each) => [each.id, each] as const))('%s: as scripted is no difference', (_id, each) => {
    const { call, note } = asScripted(each);
    expect(compareWithNote(each, call, each.expected.note === null ? null : note)).toEqual([]);
  });

  test('names a status, a value and a state that differ', () => {
    const full = persona('full-recorded');
    const { call, note } = asScripted(full);
    const wrong = {
      ...note,
      hpi: { ...(note['hpi'] as object), pain_level: { state: 'answered', value: 8 } },
      family_history: { ...(note['family_history'] as object), cancer: { state: 'none', value: null } },
    };
    expect(compareWithNote(full, { ...call, status: 'partial' }, wrong)).toEqual([
      'call status: "partial" instead of "completed"',
      'script hpi.pain_level value: 8 instead of 7',
      'script family_history.cancer state: "none" instead of "unknown"',
    ]);
  });

  test('holds the note against what was really pressed, and leaves keys that are no answer alone', () => {
    const full = persona('full-recorded');
    const { call, note } = asScripted(full);
    const ask = (step: string, digits: string): Ask => ({
      ...{ step, digits, keys: digits, prompt: '', at: 0, transcribing: false },
      ...{ outcome: 'valid', endedAt: 1, eventId: 'e1' },
    });
    const record = {
      ...newCallRecord('call_1', 'outgoing', 1),
      asks: [ask('ample.last_meal', '4'), ask('ample.allergies', '8')],
    };
    expect(compareWithNote(full, call, note, record).filter((each) => each.startsWith('given'))).toEqual([
      'given ample.last_meal value: "3_to_6_hours" instead of "more_than_6_hours"',
    ]);
  });

  test('minds a red flag that is missing, and one too many', () => {
    const flagged = persona('red-flag');
    const { call, note } = asScripted(flagged);
    const withFlags = (...rules: string[]) => ({ ...note, red_flags: rules.map((rule) => ({ rule })) });
    expect(compareWithNote(flagged, call, withFlags())).toEqual(['red flags: "" instead of "chest-pain"']);
    expect(compareWithNote(flagged, call, withFlags('stroke', 'chest-pain'))).toHaveLength(1);
    expect(compareWithNote(flagged, call, withFlags('chest-pain', 'chest-pain'))).toEqual([]);
  });

  test('misses a note that should be there, and minds one that should not', () => {
    const { call } = asScripted(persona('full-recorded'));
    expect(compareWithNote(persona('full-recorded'), call, null)).toEqual(['no note']);
    expect(compareWithNote(persona('busy'), { status: 'busy' }, {})).toEqual(['a note where there must be none']);
  });

  test('a missing item is a difference', () => {
    const hangsUp = persona('hangs-up');
    const { call, note } = asScripted(hangsUp);
    expect(compareWithNote(hangsUp, call, { ...note, family_history: {} })).toContain(
      'script family_history.cancer state: nothing instead of "not_asked"',
    );
  });
});

test('phone numbers of personas are kept for fiction and differ', () => {
  for (const { phone } of personas) expect(phone).toMatch(/^\+1[2-9]\d\d55501\d\d$/);
  expect(new Set(personas.map(({ phone }) => phone)).size).toBe(personas.length);
});
