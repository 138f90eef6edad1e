/**
 * X6: what a recogniser gets wrong is put right by the read-back. Every call mishears words by chance; nine patients in ten
 * listen to what is read back and correct it, one presses 1 whatever is said. The baseline is taken from the same calls: what
 * the first hearing would have stored, had nobody been asked.
 */
import { expect, it } from 'vitest';
import { fullRecorded, spanish } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { castOf, crowdOf } from './cast.ts';
import { FLIGHT_SEED } from './deep.ts';
import { givenFlight } from './flight.ts';
import { QUESTIONNAIRE } from './plans.ts';

const CALLS = 320;
const MISHEARD_WORDS = 0.08;
const INATTENTIVE_ONE_IN = 10;

const voiceItems = QUESTIONNAIRE.items.filter(({ type }) => type === 'voice').map(({ id }) => id);

const inattentive = (persona: Persona): Persona => ({ ...persona, keys: { ...persona.keys, '*.confirm': ['1'] } });

it('leaves at most a fifth of the wrong answers that the first hearing would have left', async () => {
  const patients = castOf(CALLS, [fullRecorded, spanish]).map((persona, index) =>
    index % INATTENTIVE_ONE_IN === 0 ? inattentive(persona) : persona,
  );
  const flight = await givenFlight({
    ...crowdOf(patients),
    mishear: { rate: MISHEARD_WORDS },
    seed: FLIGHT_SEED,
  });
  const sessions = patients.map((persona) => flight.call(persona));
  await flight.land();
  const count = { answers: 0, firstHearingWrong: 0, storedWrong: 0, skipped: 0 };
  for (const session of sessions) {
    const { asks, utterances } = flight.record(session);
    for (const item of voiceItems) {
      const first = asks.findIndex(({ step }) => step === item);
      const take = utterances.filter(({ ask }) => ask === first);
      if (take.length === 0) continue;
      const said = take.map((utterance) => utterance.said).join(' ');
      const heard = take.flatMap((utterance) => utterance.heard ?? []).join(' ');
      const [section, name] = item.split('.') as ['hpi' | 'ample', string];
      const stored = session.note?.[section][name];
      count.answers += 1;
      if (heard !== said) count.firstHearingWrong += 1;
      if (stored?.state === 'answered' && stored.value !== said) count.storedWrong += 1;
      if (stored?.state === 'skipped') count.skipped += 1;
    }
  }
  const ratio = count.firstHearingWrong / count.storedWrong;
  process.stdout.write(`read-back: ${JSON.stringify({ ...count, ratio: Number(ratio.toFixed(1)) })}\n`);
  expect(count.answers).toBeGreaterThan(CALLS * 4);
  expect(count.firstHearingWrong).toBeGreaterThan(100);
  expect(ratio).toBeGreaterThanOrEqual(5);
}, 60_000);
