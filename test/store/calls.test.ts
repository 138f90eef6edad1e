/** Calls as lists read them, and the two questions of the sweep. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callRecord } from '../../src/domain/intake/call-record.ts';
import { newCall } from '../../src/domain/intake/state.ts';
import { attemptStatus, markDialing, waitingAttempts } from '../../src/store/attempts.ts';
import { type CallFilter, getCall, listCalls, mirrorRecord, overdueCalls } from '../../src/store/calls.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { db, later, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  await testEnv.DB.exec('delete from calls; delete from attempts;');
});
afterEach(restore);

const record = (status: 'dialing' | 'partial') => {
  const state = newCall({ language: 'en', optOutLine: false });
  return status === 'dialing'
    ? callRecord({ ...state, phase: 'dialing', dial: 'sent', dialedAt: Date.now() })
    : callRecord({ ...state, phase: 'ended', outcome: 'partial', answeredAt: START, endedAt: Date.now() });
};

async function givenCalls(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    ids.unshift((await givenPlacedCall()).callId);
    later(1000);
  }
  return ids;
}
const list = async (filter: Partial<CallFilter> = {}) =>
  (await listCalls(db, ring, { limit: 50, cursor: null, ...filter })).items.map(({ id }) => id);

describe('the list of calls', () => {
  it('pages from the newest to the oldest, without loss or repetition', async () => {
    const ids = await givenCalls(5);
    const first = await listCalls(db, ring, { limit: 2, cursor: null });
    const second = await listCalls(db, ring, { limit: 2, cursor: first.nextCursor });
    const third = await listCalls(db, ring, { limit: 2, cursor: second.nextCursor });
    expect([first, second, third].flatMap(({ items }) => items.map(({ id }) => id))).toEqual(ids);
    expect(third.nextCursor).toBeNull();
    expect(first.items[0]?.phoneNumber).toMatch(/^\+1/);
  });

  it('is filtered by status, patient and time', async () => {
    const ids = await givenCalls(3);
    await mirrorRecord(db, ids[1] ?? '', record('dialing'));
    const middle = await getCall(db, ring, ids[1] ?? '');
    expect(await list({ status: 'dialing' })).toEqual([ids[1]]);
    expect(await list({ patientId: middle?.patientId ?? '' })).toEqual([ids[1]]);
    expect(await list({ from: START + 1000, to: START + 1000 })).toEqual([ids[1]]);
    expect(await list({ from: START + 1000 })).toEqual(ids.slice(0, 2));
    expect(await list({ status: 'voicemail' })).toEqual([]);
  });

  it('leaves out a call whose patient was erased', async () => {
    const [id] = await givenCalls(1);
    const call = await getCall(db, ring, id ?? '');
    await testEnv.KEY_VAULT.getByName('vault').erase(call?.patientId ?? '', Date.now());
    expect([await list(), await getCall(db, ring, id ?? '')]).toEqual([[], null]);
  });
});

describe('the mirror of a running call', () => {
  it('shows the status, and never overwrites the end', async () => {
    const [id = ''] = await givenCalls(1);
    await mirrorRecord(db, id, record('dialing'));
    expect((await getCall(db, ring, id))?.status).toBe('dialing');
    await mirrorRecord(db, id, record('partial'));
    await mirrorRecord(db, id, record('dialing'));
    expect((await getCall(db, ring, id))?.status).toBe('partial');
  });
});

describe('what the sweep asks', () => {
  it('finds attempts still queued, oldest first', async () => {
    const first = await givenPlacedCall();
    later(1000);
    const second = await givenPlacedCall();
    const waiting = async (before: number, limit = 10) =>
      (await waitingAttempts(db, before, limit)).map(({ attemptId }) => attemptId);
    expect(await waiting(START)).toEqual([]);
    expect(await waiting(START + 1)).toEqual([first.attemptId]);
    expect(await waiting(START + 5000)).toEqual([first.attemptId, second.attemptId]);
    expect(await waiting(START + 5000, 1)).toEqual([first.attemptId]);
    await markDialing(db, first.attemptId, Date.now());
    expect(await waiting(START + 5000)).toEqual([second.attemptId]);
    expect(await attemptStatus(db, first.attemptId)).toBe('dialing');
    expect(await attemptStatus(db, 'att_none')).toBeNull();
  });

  it('finds calls that should be over, and none that waits or has ended', async () => {
    const ids = await givenCalls(3);
    await mirrorRecord(db, ids[2] ?? '', record('dialing'));
    await mirrorRecord(db, ids[1] ?? '', record('partial'));
    expect(await overdueCalls(db, Date.now(), 10)).toEqual([{ id: ids[2] }]);
    expect(await overdueCalls(db, START, 10)).toEqual([]);
  });
});
