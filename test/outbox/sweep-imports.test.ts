/** What is left of lists goes in its time: refused rows and their key after 30 days, files that nobody will read after one. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { putList } from '../../src/store/import-bucket.ts';
import { newImport } from '../../src/store/imports.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints, givenJob } from '../support/given-jobs.ts';
import { bytesOf, givenImport, importOf, type ReadResult, readListOf, resultOf } from '../support/given-list.ts';
import { catchLog, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

const DAY_MS = 24 * 3_600_000;
let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await clearStorage();
});
afterEach(restore);

async function sweep(): Promise<void> {
  await testEnv.DB.exec("delete from jobs where kind = 'sweep_storage'");
  await givenJob({ kind: 'sweep_storage', subject: 'all' });
  await runDueJobs();
}
const hasKey = async (id: string) => (await ring.vault().wrappedKeys([id])).length === 1;
const files = async () => (await testEnv.BUCKET.list({ prefix: 'imports/' })).objects;
/** By R2's own clock. */
async function afterUpload(ms: number): Promise<void> {
  const [object] = await files();
  vi.setSystemTime(Number(object?.uploaded.getTime()) + ms);
}

describe('refused rows', () => {
  it('are there for 30 days and gone after them, with their key; how many there were stays', async () => {
    const lists: ReadResult[] = [];
    for (let i = 0; i < 6; i += 1) lists.push(await readListOf(`phone\n202555014${i}\n1\n`));
    later(29 * DAY_MS);
    await sweep();
    for (const { item } of lists)
      expect([(await resultOf(item.id)).refused.length, await hasKey(item.id)]).toEqual([1, true]);
    later(2 * DAY_MS);
    await sweep();
    for (const { item, contacts } of lists) {
      const { refused, ...after } = await resultOf(item.id);
      expect([refused, await hasKey(item.id)]).toEqual([[], false]);
      expect(after).toMatchObject({ item: { sealed: null, rejected: 1, accepted: 1 }, contacts });
    }
  });
});

describe('a file', () => {
  async function givenOrphan(): Promise<string> {
    const { id, dataKey } = await newImport(ring, Date.now());
    await putList(testEnv.BUCKET, id, dataKey, new Response(bytesOf('phone\n2025550143\n')).body as never);
    return id;
  }

  it('that no import tells of goes after a day, and its key', async () => {
    const id = await givenOrphan();
    await afterUpload(DAY_MS - 1000);
    await sweep();
    expect([(await files()).length, await hasKey(id)]).toEqual([1, true]);
    await afterUpload(DAY_MS + 1000);
    await sweep();
    expect([(await files()).length, await hasKey(id)]).toEqual([0, false]);
    expect(lines).toContainEqual(expect.objectContaining({ event: 'import.orphans_deleted', count: 1 }));
  });

  it('that is still to be read stays, however old', async () => {
    const item = await givenImport('phone\n2025550143\n');
    await testEnv.DB.exec("update jobs set status = 'dead'");
    await afterUpload(40 * DAY_MS);
    await sweep();
    expect([(await files()).length, await hasKey(item.id), (await importOf(item.id)).status]).toEqual([
      1,
      true,
      'reading',
    ]);
  });

  it('are gone through page by page', async () => {
    const list = testEnv.BUCKET.list.bind(testEnv.BUCKET);
    vi.spyOn(testEnv.BUCKET, 'list').mockImplementation((options) => list(options && { ...options, limit: 2 }));
    for (let i = 0; i < 5; i += 1) await givenOrphan();
    await afterUpload(DAY_MS + 60_000);
    await sweep();
    expect((await list({ prefix: 'imports/' })).objects).toEqual([]);
  });
});
