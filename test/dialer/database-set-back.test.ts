/** HS-12, T23: a database that was set back is noticed before anybody is dialled by it, and nobody is until it is replayed. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_MARKS } from '../../src/domain/campaign/database-marks.ts';
import { REPLAY_BEGINS } from '../../src/domain/campaign/replay-stages.ts';
import { database } from '../../src/store/database.ts';
import { readMarks as marksOf } from '../../src/store/database-marks.ts';
import { askedFor, catchHints, dialerNamed, type Hints } from '../support/given-dialer.ts';
import { catchLog, later, restore, START, stopClock, testEnv } from '../support/worker-env.ts';

let hints: Hints;
let dialer: ReturnType<typeof dialerNamed>;
let dialers = 0;
/** What D1 says. */
const tideAt = (at: number) =>
  testEnv.DB.prepare(`insert or replace into signs (name, at) values ('tide', ?)`).bind(at).run();
const refused = expect.objectContaining({ permit: 'not_before' });

beforeEach(async () => {
  stopClock();
  catchLog();
  hints = catchHints();
  dialers += 1;
  dialer = dialerNamed(`behind-${dialers}`);
  await tideAt(START);
  await dialer.enqueueMany('a', 10, { pacePerSecond: 30, maxLiveCalls: 100 });
});
afterEach(restore);

const readMarks = () => marksOf(database(testEnv));
const take = async (attempt: string, read = NO_MARKS) => dialer.stub.take(attempt, askedFor(attempt, read));
/** Every stage is done. */
async function replayAll(): Promise<void> {
  const from = (await dialer.stub.replaying())?.id ?? '';
  const done = await dialer.stub.replaying({ from, state: { ...REPLAY_BEGINS, stage: 'done' } });
  await dialer.stub.openAfterReplay(done?.id ?? '', await readMarks());
}

describe('a database that was set back (HS-12, T23)', () => {
  it('is noticed with the very next dial, which is not granted, and neither is any after it', async () => {
    expect(await take('a-0', await readMarks())).toEqual({ permit: 'granted' });
    await tideAt(START - 60_000);
    expect(await take('a-1', await readMarks())).toEqual(refused);
    expect(await dialer.stub.isStopped()).toBe(true);
    expect(await dialer.stub.status()).toMatchObject({
      ...{ stoppedAt: null, held: { at: START, since: START - 60_000, byPerson: false } },
    });
    hints.take();
    await dialer.enqueue('single');
    expect(hints.take()).toEqual([]);
  });

  it('is told from marks that were only read before somebody else wrote', async () => {
    const old = await readMarks();
    await tideAt(START + 60_000);
    expect(await take('a-0', await readMarks())).toEqual({ permit: 'granted' });
    expect(await take('a-1', old)).toEqual({ permit: 'granted' });
    expect(await dialer.stub.isStopped()).toBe(false);
  });

  it.each([
    ['an attempt', { attempt: 'att_02' }],
    ['an entry of the do-not-call list', { suppression: 'sup_02' }],
  ])('is noticed by %s that is gone', async (_, mark) => {
    const read = await readMarks();
    expect(await take('a-0', { ...read, ...mark })).toEqual({ permit: 'granted' });
    expect(await take('a-1', read)).toEqual(refused);
  });

  it('that came from a backup is not dialled with, though nothing is known of it', async () => {
    await testEnv.DB.prepare(`insert into signs (name, at) values ('restored', ?)`)
      .bind(START - 5000)
      .run();
    expect(await dialer.stub.heed(await readMarks())).toMatchObject({ since: START, byPerson: true });
    expect(await take('a-0', await readMarks())).toEqual(refused);
    // What became of those who were dialled nobody knows: a person goes on, not this.
    await replayAll();
    expect(await dialer.stub.status()).toMatchObject({ held: null, stoppedBy: 'the restore from a backup' });
    expect(await dialer.stub.isStopped()).toBe(true);
    await testEnv.DB.prepare(`delete from signs where name = 'restored'`).run();
  });

  it('holds after eviction, whatever a person says, and opens when all is replayed', async () => {
    await take('a-0', await readMarks());
    await tideAt(START - 60_000);
    await dialer.stub.heed(await readMarks());
    await evictDurableObject(dialer.stub);
    await dialer.stub.resume({ by: 'admin' });
    expect(await take('a-1', await readMarks())).toEqual(refused);
    later(1000);
    await replayAll();
    expect(await dialer.stub.status()).toMatchObject({ held: null, replayed: { since: START - 60_000 } });
    expect(await take('a-1', await readMarks())).toEqual({ permit: 'granted' });
  });

  it('stays closed until every stage is done, whoever says so', async () => {
    expect(await dialer.stub.replaying()).toBe(null);
    await dialer.stub.heed(await readMarks());
    await dialer.stub.hold(START);
    const begun = await dialer.stub.replaying();
    expect(begun).toMatchObject({ since: START, state: REPLAY_BEGINS, token: 0 });
    const from = begun?.id ?? '';
    await dialer.stub.openAfterReplay(from, await readMarks());
    expect(await dialer.stub.isStopped()).toBe(true);
    const state = { stage: 'dials', at: '7', counts: { audit: 3 } } as const;
    // A turn that begins meanwhile takes nothing from the one that is at its piece.
    expect(await dialer.stub.replaying({ from, token: 5 })).toMatchObject({ id: from, token: 5 });
    const next = await dialer.stub.replaying({ from, state });
    await evictDurableObject(dialer.stub);
    expect(await dialer.stub.replaying()).toEqual({ id: next?.id, since: START, state, token: 5 });
    // Two turns at once: the slower one goes on from nowhere, and opens nothing.
    expect(await dialer.stub.replaying({ from, state: { ...state, stage: 'done' } })).toBe(null);
    await dialer.stub.openAfterReplay(from, await readMarks());
    expect(await dialer.stub.isStopped()).toBe(true);
    await replayAll();
    expect([await dialer.stub.isStopped(), await dialer.stub.replaying()]).toEqual([false, null]);
  });

  it('once more while it is replayed begins anew, from the earlier of the two times', async () => {
    await dialer.stub.hold(START);
    const from = (await dialer.stub.replaying())?.id ?? '';
    const on = await dialer.stub.replaying({ from, state: { ...REPLAY_BEGINS, stage: 'holds' } });
    const anew = await dialer.stub.replaying({ from: on?.id ?? '', lostSince: START - 1000 });
    expect(anew).toMatchObject({ since: START - 1000, state: REPLAY_BEGINS, token: 0 });
    expect(anew?.id).not.toBe(on?.id);
    expect(await dialer.stub.replaying({ from: anew?.id ?? '', lostSince: START })).toMatchObject({
      since: START - 1000,
    });
  });

  it('is not taken for one by who asks while others write', async () => {
    const old = await readMarks();
    await tideAt(START + 60_000);
    expect(await take('a-0', await readMarks())).toEqual({ permit: 'granted' });
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    const heeded = await runInDurableObject(dialer.stub, (it) => {
      vi.spyOn(testEnv.DB, 'prepare').mockImplementationOnce((sql) => {
        // What is read here is older than what the Dialer has seen by the time the answer comes.
        void it.heed({ ...old, tide: START + 120_000 });
        return prepare(sql);
      });
      return it.heed(old);
    });
    expect(heeded).toBe(null);
    expect(await dialer.stub.isStopped()).toBe(false);
  });

  it('replayed leaves the stop of a person as it is (TC-27)', async () => {
    await dialer.stub.stop({ by: 'admin@clinic.example', now: START });
    await dialer.stub.hold(START);
    await replayAll();
    expect(await dialer.stub.status()).toMatchObject({ held: null, stoppedBy: 'admin@clinic.example' });
  });

  it('that cannot be asked grants nothing', async () => {
    await take('a-0', await readMarks());
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation(() => {
      throw new Error('away');
    });
    await expect(take('a-1')).rejects.toThrow();
  });

  it('does not make the Dialer forget whom it let through', async () => {
    await take('a-0');
    await take('a-1');
    later(60_000);
    await take('a-2');
    const page = await dialer.stub.dialledSince(START, 0, 2);
    expect(page.dials.map(({ attemptId, dialedAt }) => [attemptId, dialedAt])).toEqual([
      ['a-0', START],
      ['a-1', expect.any(Number)],
    ]);
    expect((await dialer.stub.dialledSince(START, page.next ?? 0, 2)).dials).toHaveLength(1);
  });
});
