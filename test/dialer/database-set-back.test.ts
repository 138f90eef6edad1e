/** HS-12, T23: a database that was set back is noticed before anybody is dialled by it, and nobody is until it is replayed. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_MARKS } from '../../src/domain/campaign/database-marks.ts';
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
    await dialer.stub.openAfterReplay(await readMarks());
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
    await dialer.stub.openAfterReplay(await readMarks());
    expect(await dialer.stub.status()).toMatchObject({ held: null, replayed: { since: START - 60_000 } });
    expect(await take('a-1', await readMarks())).toEqual({ permit: 'granted' });
  });

  it('replayed leaves the stop of a person as it is (TC-27)', async () => {
    await dialer.stub.stop({ by: 'admin@clinic.example', now: START });
    await dialer.stub.hold(START);
    await dialer.stub.openAfterReplay(await readMarks());
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
