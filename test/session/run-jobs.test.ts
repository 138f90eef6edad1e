/** After the note the session sees to the work its call left: hints at once and again, then no more, and it is buried all the same. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HANDLERS } from '../../src/outbox/handlers.ts';
import { failed } from '../../src/outbox/job-handler.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import {
  callOf,
  ended,
  fetched,
  fetchJobOf,
  givenRecorded,
  givenSaved,
  playedOf,
  rowOf,
  saved,
} from '../support/given-recording.ts';
import type { SessionUnderTest } from '../support/given-session.ts';
import { catchLog, later, restore, stopClock, testEnv, until } from '../support/worker-env.ts';

const HOUR = 3_600_000;

let hints: JobHints;
beforeEach(async () => {
  stopClock();
  catchLog();
  hints = catchJobHints();
  await testEnv.DB.exec('delete from jobs; delete from recordings;');
});
afterEach(restore);

const hinted = async (call: SessionUnderTest) => {
  const { id } = await fetchJobOf(call);
  return hints.take().filter(({ jobId }) => jobId === id).length;
};
const keysOf = (call: SessionUnderTest) =>
  runInDurableObject(call.stub, (_, { storage }) => [...storage.kv.list()].map(([key]) => key));
/** Alarm after alarm until it is buried; how many hints it sent. */
async function livedOut(call: SessionUnderTest): Promise<number> {
  let sent = await hinted(call);
  for (let alarms = 0; alarms < 100; alarms += 1) {
    const alarm = await call.alarmAt();
    if (alarm === null) return sent;
    later(Math.max(0, alarm - Date.now()));
    await call.alarm();
    sent += await hinted(call);
  }
  throw new Error('never buried');
}

it('hints at the recording as soon as the note is written', async () => {
  const call = await givenRecorded();
  await call.hangup();
  expect(hints.take()).toEqual([]);
  await call.after(5000);
  expect(await hinted(call)).toBeGreaterThan(0);
  expect(await callOf(call)).toMatchObject({ status: 'partial', recordingStatus: 'pending' });
});

it('leaves nothing to do where nothing was recorded', async () => {
  const call = await ended(await givenRecorded('2'));
  expect(hints.sent).toEqual([]);
  expect(((await call.alarmAt()) ?? 0) - Date.now()).toBeGreaterThan(23 * HOUR);
});

it('hints again while the work waits, and no more once it is done', async () => {
  const call = await givenSaved();
  await hinted(call);
  await call.after(16_000);
  expect(await hinted(call)).toBeGreaterThan(0);
  await fetched(call);
  await call.after(60_000);
  expect(await hinted(call)).toBe(0);
  expect(((await call.alarmAt()) ?? 0) - Date.now()).toBeGreaterThan(23 * HOUR);
});

it('does not hint at work that waits for its next try, and does when that is due', async () => {
  const call = await givenSaved();
  vi.spyOn(HANDLERS.fetch_recording, 'run').mockResolvedValue(failed('not_found'));
  await fetched(call);
  await testEnv.DB.prepare('update jobs set due_at = ?')
    .bind(Date.now() + HOUR)
    .run();
  hints.take();
  await call.after(16_000);
  expect(await hinted(call)).toBe(0);
  later(HOUR);
  await call.alarm();
  expect(await hinted(call)).toBeGreaterThan(0);
});

it('gives up after a few minutes, when the cron goes on alone, and is buried a day after the note', async () => {
  const call = await givenSaved();
  const begun = Date.now();
  const sent = await livedOut(call);
  expect(sent).toBeGreaterThan(5);
  expect(sent).toBeLessThanOrEqual(11);
  expect(await keysOf(call)).toEqual(['tombstone']);
  expect(Date.now() - begun).toBeLessThan(25 * HOUR);
  expect(await rowOf(call)).toMatchObject({ status: 'pending' });
});

it('goes on when the queue does not take its hints', async () => {
  const call = await givenRecorded();
  vi.mocked(testEnv.JOB_QUEUE.sendBatch).mockRejectedValueOnce(new Error('queue is down'));
  await ended(call);
  expect(await hinted(call)).toBeGreaterThan(0);
});

it('command failed, alarm reruns it: D1 down when the work is looked for, and it is hinted at later', async () => {
  const call = await givenRecorded();
  const prepare = testEnv.DB.prepare.bind(testEnv.DB);
  let refusals = 3;
  vi.spyOn(testEnv.DB, 'prepare').mockImplementation((query) => {
    if (!/from "jobs" where \(\s*\("jobs"\."kind" in/.test(query) || refusals-- < 1) return prepare(query);
    throw new Error('D1_ERROR: overloaded');
  });
  await ended(call);
  await call.after(60_000);
  expect(refusals).toBeLessThan(0);
  expect(await hinted(call)).toBeGreaterThan(0);
});

it('after eviction and after a crash the hints go on', async () => {
  const call = await givenSaved();
  await hinted(call);
  await call.evict();
  await call.after(16_000);
  expect(await hinted(call)).toBeGreaterThan(0);
  await call.crash();
  await call.after(32_000);
  expect(await hinted(call)).toBeGreaterThan(0);
});

it('a recording that Telnyx tells of minutes after the note is hinted at once more', async () => {
  const call = await ended(await givenRecorded());
  await fetched(call);
  await call.after(10 * 60_000);
  hints.take();
  await call.webhook('call.recording.saved', { recording_id: 'rec-1', recording_urls: {}, format: 'mp3' });
  await call.after(5000);
  expect(await hinted(call)).toBeGreaterThan(0);
});

it('the whole way through the real queue: hung up, noted, fetched, without anybody asking', async () => {
  const call = await givenRecorded();
  vi.mocked(testEnv.JOB_QUEUE.sendBatch).mockRestore();
  await saved(call);
  await ended(call);
  await until(async () => (await callOf(call)).recordingStatus === 'ready');
  expect(await playedOf(call)).toEqual(givenMp3(2000));
});
