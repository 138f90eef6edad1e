/** How the questions of a real call went, as it is written beside its record when it is over. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { countedItems } from '../../src/domain/stats/item-codes.ts';
import { calls } from '../../src/store/schema.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, restore, stopClock } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const NAMES = countedItems(adultIntake.items).map(({ id }) => id);

async function codesOf(call: SessionUnderTest): Promise<Record<string, string> | null> {
  await call.hangup({ hangup_source: 'caller' });
  await call.after(5000);
  const [row] = await db.select({ codes: calls.itemCodes }).from(calls).where(eq(calls.id, call.callId));
  const codes = row?.codes ?? null;
  return codes === null ? null : Object.fromEntries(NAMES.map((name, place) => [name, codes[place] ?? '?']));
}

it('a completed call put each question it has, and each was answered', async () => {
  const call = await givenSession();
  // Not recorded: spoken items are not asked. Yes to none, so that none has a question that follows.
  await call.consented('2');
  await call.keys('2', '7', '2', '2', '1', '3', '3', '1', '2');
  await call.spoken();
  const codes = await codesOf(call);
  expect(codes).toMatchObject({ 'hpi.pain_level': 'a', 'ample.allergies': 'a', 'family_history.cancer': 'a' });
  expect(codes?.['hpi.chief_complaint']).toBe('-');
});

it('a call that is hung up in the middle ended at the question it had put', async () => {
  const call = await givenSession();
  await call.consented('2');
  await call.keys('2', '7');
  const codes = await codesOf(call);
  expect(codes).toMatchObject({ 'hpi.pain_level': 'a', 'ample.allergies': 'e', 'ample.medications': '-' });
});

it('a question that was put again is a capital', async () => {
  const call = await givenSession();
  await call.consented('2');
  await call.keys('9', '2', '7');
  expect(await codesOf(call)).toMatchObject({ 'hpi.symptom_duration': 'A', 'hpi.pain_level': 'a' });
});

it('a call that leaves no note has none', async () => {
  const call = await givenSession();
  await call.start();
  expect(await codesOf(call)).toBeNull();
});
