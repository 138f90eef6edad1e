/** A deploy finds calls under way: plan and record are written at different times, and each is upgraded by its own shape. */
import { expect, it } from 'vitest';
import type { Candidate } from '../../src/domain/intake/call-plan.ts';
import { newCall } from '../../src/domain/intake/state.ts';
import { type StoredCall, upgradeCall } from '../../src/session/upgrade-call.ts';
import { givenPlan } from '../support/given-plan.ts';

const PLAN_1 = {
  to: '+12025550143',
  from: '+12025550101',
  patient: { firstName: 'Ana' },
  questionnaire: { items: [] },
};
const record = (state: object): StoredCall['record'] => ({
  ...{ state: { ...state }, pending: [], events: [], transcript: [], savedAt: null },
});
const today = record(newCall({ language: 'en', optOutLine: false }));

it('the plan of version 1 is upgraded although the record has long been written anew', () => {
  const { plan, record: same } = upgradeCall({ plan: PLAN_1, record: today });
  expect(plan).toMatchObject({
    ...{ patientNumber: '+12025550143', clinicNumber: '+12025550101', candidates: [], staff: null },
    ...{ patient: { minor: false }, questionnaire: { redFlags: [], voicemail: 'message' } },
  });
  expect(same).toBe(today);
});

it('a plan of before the campaigns has nothing to fill in and nothing to play, and neither have those who may ring back', () => {
  const { variables: _, mediaUrl: __, ...candidate } = givenPlan({ candidates: [{}] }).candidates[0] as Candidate;
  const { variables: ___, mediaUrl: ____, ...plan } = { ...givenPlan(), candidates: [candidate] };
  const nothing = { variables: {}, mediaUrl: null };
  expect(upgradeCall({ plan, record: today }).plan).toEqual({
    ...plan,
    ...nothing,
    candidates: [{ ...candidate, ...nothing }],
  });
});

it('a plan of today stays as it is', () => {
  const plan = givenPlan({
    ...{ variables: { day: 'Monday' }, mediaUrl: 'https://intake.example/media/med_1/h.mp3' },
    candidates: [{ variables: { day: 'Friday' } }],
  });
  expect(upgradeCall({ plan: { ...plan }, record: today }).plan).toEqual(plan);
});

it('the recording and the cost of version 2 are as if nobody had told of them', () => {
  const { cost: _, greetingDelayMs: __, ...state } = newCall({ language: 'en', optOutLine: false });
  const recording = { id: 'rec-1', startedAt: 5, durationMs: 7 };
  const read = (changes: object) => upgradeCall({ plan: PLAN_1, record: record({ ...state, version: 2, ...changes }) });
  expect(read({ recording }).record.state).toEqual({
    ...state,
    ...{
      version: 4,
      greetingDelayMs: null,
      cost: null,
      strayRecordings: [],
      recording: { ...recording, format: null, link: null, linkAt: null },
    },
  });
  expect(read({ recording: null }).record.state.recording).toBeNull();
});

it('an opt-out ordered by version 1 still names its number', () => {
  const pending = [{ command: { name: 'suppress_number', seq: 3, createdAt: 0 }, attempts: 0, notBefore: 0 }];
  const old = { ...record({ version: 1 }), pending } as unknown as StoredCall['record'];
  expect(upgradeCall({ plan: PLAN_1, record: old }).record.pending).toMatchObject([
    { command: { name: 'suppress_number', number: '+12025550143' } },
  ]);
});

it.each([2, 3])('the first words of version %i took as long as its transcript says', (version) => {
  const { greetingDelayMs: _, ...state } = { ...newCall({ language: 'en', optOutLine: false }), version };
  const line = (speaker: 'agent' | 'patient', at: number) => {
    return { speaker, at, text: '…', item: 'opening', input: 'voice' as const, confidence: null };
  };
  const read = (changes: object, transcript: StoredCall['record']['transcript']) => {
    const stored = { ...record({ ...state, ...changes }), transcript };
    return upgradeCall({ plan: PLAN_1, record: stored }).record.state.greetingDelayMs;
  };
  const said = [line('patient', 1100), line('agent', 1450), line('agent', 9000)];
  expect(read({ answeredAt: 1000 }, said)).toBe(450);
  expect(read({ answeredAt: 2000 }, said)).toBe(0);
  expect(read({ answeredAt: 1000 }, [])).toBeNull();
  expect(read({ answeredAt: null }, said)).toBeNull();
});

it.each([0, 5, undefined])('version %s is not guessed at', (version) => {
  expect(() => upgradeCall({ plan: PLAN_1, record: record({ version }) })).toThrow(/cannot be read/);
});
