/** Uploads go in their time: all of one after RETENTION_DAYS, and after a day audio that no row tells of. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runDueJobs } from '../support/due-jobs.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints, givenJob } from '../support/given-jobs.ts';
import { givenTranscription, jobOf } from '../support/given-transcription.ts';
import { catchLog, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

const DAY_MS = 24 * 3_600_000;
let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await clearStorage();
  await testEnv.DB.exec('delete from transcriptions; delete from jobs;');
});
afterEach(restore);

async function sweep(): Promise<void> {
  await testEnv.DB.exec("delete from jobs where kind = 'sweep_storage'; update jobs set status = 'done';");
  await givenJob({ kind: 'sweep_storage', subject: 'all' });
  await runDueJobs();
}
const hasKey = async (id: string) => (await ring.vault().wrappedKeys([id])).length === 1;
const rows = async () => (await testEnv.DB.prepare('select id from transcriptions').all<{ id: string }>()).results;
const audio = async () => (await testEnv.BUCKET.list({ prefix: 'transcriptions/' })).objects.map(({ key }) => key);

it('after 90 days row, work, audio and key are gone; not a day before', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 22; i += 1) ids.push(await givenTranscription({ createdBy: `staff_${i}` }));
  later(89 * DAY_MS);
  const [first = ''] = ids;
  // R2 has a clock of its own, by which all this is from today.
  await sweep();
  expect([(await rows()).length, (await audio()).length, await hasKey(first)]).toEqual([22, 22, true]);
  later(2 * DAY_MS);
  await sweep();
  expect([await rows(), await audio(), await hasKey(first)]).toEqual([[], [], false]);
  await expect(jobOf(first)).rejects.toThrow();
});

it('audio that no row tells of goes after a day, and its key; what has a row stays', async () => {
  const [orphan, kept] = [await givenTranscription(), await givenTranscription({ createdBy: 'staff_2' })];
  await testEnv.DB.prepare('delete from transcriptions where id = ?').bind(orphan).run();
  const uploaded = (await testEnv.BUCKET.head(`transcriptions/${orphan}`))?.uploaded.getTime() ?? 0;
  vi.setSystemTime(uploaded + DAY_MS - 1000);
  await sweep();
  expect((await audio()).length).toBe(2);
  vi.setSystemTime(uploaded + DAY_MS + 60_000);
  await sweep();
  expect(await audio()).toEqual([`transcriptions/${kept}`]);
  expect([await hasKey(orphan), await hasKey(kept)]).toEqual([false, true]);
  expect(lines).toContainEqual(expect.objectContaining({ event: 'transcription.orphans_deleted', count: 1 }));
});
