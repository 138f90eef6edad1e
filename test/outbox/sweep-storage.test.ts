/** Once a day R2 is gone through: audio without a recording that may be kept goes, young audio is left alone (RC-08), the erased stay erased. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordingKey } from '../../src/store/recording-bucket.ts';
import { recordingIdOf } from '../../src/store/recordings.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { clearStorage, storedAudio } from '../support/given-erasable.ts';
import { catchJobHints, deliver, givenJob, hintOf, knownJob } from '../support/given-jobs.ts';
import { givenPending } from '../support/given-recording.ts';
import { givenPatient } from '../support/place-call.ts';
import { catchLog, later, restore, stopClock, testEnv } from '../support/worker-env.ts';

const SWEEP = { kind: 'sweep_storage', subject: 'all' } as const;
/** Longer than the 30 days by which D1 can be set back. */
const KEPT_FOR = 35 * 24 * 3_600_000;

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await clearStorage();
});
afterEach(restore);

const keyOf = (callId: string): string => recordingKey({ callId, id: recordingIdOf(callId) });
/** Nobody's, unless told whose it is. */
async function givenAudio(key: string, patient?: string): Promise<string> {
  await testEnv.BUCKET.put(key, 'sealed', patient === undefined ? {} : { customMetadata: { patient } });
  return key;
}
const orphan = (n: number) => givenAudio(keyOf(`call_00000000-0000-7000-8000-00000000000${n}`));
/** So long after it was stored, by R2's own clock. */
async function afterUpload(key: string, ms: number): Promise<void> {
  const uploaded = (await testEnv.BUCKET.head(key))?.uploaded.getTime();
  vi.setSystemTime(Number(uploaded) + ms);
}
async function sweep(): Promise<void> {
  await givenJob(SWEEP);
  await runDueJobs();
}
/** A recording with this written over its row, and audio in its place. */
async function givenRow(changes: string): Promise<string> {
  const { callId } = await givenPending();
  await testEnv.DB.prepare(`update recordings set ${changes} where call_id = ?`).bind(callId).run();
  await testEnv.DB.exec('delete from jobs');
  return givenAudio(keyOf(callId));
}
/** R2 lists so few at a time for the sweep. */
const inPagesOf = (limit: number) => {
  const list = testEnv.BUCKET.list.bind(testEnv.BUCKET);
  return vi.spyOn(testEnv.BUCKET, 'list').mockImplementation((options) => list(options && { ...options, limit }));
};

describe('audio in R2', () => {
  it.each([
    ['a recording that is there', "status = 'ready'"],
    ['a recording that is still fetched', "status = 'pending'"],
  ])('of %s is kept, however old', async (_, changes) => {
    const key = await givenRow(changes);
    await sweep();
    expect(await storedAudio()).toEqual([key]);
    expect(await knownJob(SWEEP)).toMatchObject({ status: 'done', code: null });
    expect(lines.filter(({ event }) => event === 'recording.orphans_deleted')).toEqual([]);
  });

  it.each([
    ['a recording that was given up', "status = 'failed', reason = 'not_found'"],
    ['a recording nobody agreed to', "status = 'quarantined', reason = 'no_consent_proof', consent_at = null"],
    ['a recording that is there without a proof', "status = 'ready', consent_at = null"],
    ['a recording that is still fetched without a proof', "status = 'pending', consent_at = null"],
  ])('of %s goes', async (_, changes) => {
    await givenRow(changes);
    await sweep();
    expect(await storedAudio()).toEqual([]);
  });

  it('of no recording at all goes, told by their number and nothing else', async () => {
    await orphan(1);
    await orphan(2);
    await sweep();
    expect(await storedAudio()).toEqual([]);
    expect(lines.filter(({ event }) => event === 'recording.orphans_deleted')).toEqual([
      expect.objectContaining({ level: 'warn', count: 2 }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('recordings/');
  });

  it('that is younger than any copy of D1 that may be put back is left alone, whatever stands about it', async () => {
    const keys = [await orphan(1), await givenRow("status = 'failed'")];
    await afterUpload(keys[0] as string, KEPT_FOR - 1000);
    await sweep();
    expect(await storedAudio()).toEqual(keys.toSorted());
    await afterUpload(keys[1] as string, KEPT_FOR + 1000);
    await testEnv.DB.exec('delete from jobs');
    await sweep();
    expect(await storedAudio()).toEqual([]);
  });

  it('of somebody who was erased goes at once, however young, and whatever a restored table says about it (X13)', async () => {
    const key = await givenRow("status = 'ready'");
    const erased = (await givenPatient()).id;
    await testEnv.KEY_VAULT.getByName('vault').erase(erased, 1);
    await givenAudio(key, erased);
    const other = await givenAudio(keyOf('call_00000000-0000-7000-8000-000000000009'), (await givenPatient()).id);
    await afterUpload(key, 1000);
    await sweep();
    expect(await storedAudio()).toEqual([other]);
  });

  it('elsewhere in the bucket is none of its business', async () => {
    await givenAudio('exports/rec_1');
    await sweep();
    expect(await storedAudio()).toEqual(['exports/rec_1']);
  });

  it('is gone through page by page: what is kept stands in nobody’s way', async () => {
    const kept = [await givenRow("status = 'ready'"), await givenRow("status = 'ready'")];
    for (const n of [1, 2, 3, 4, 5]) await orphan(n);
    const list = inPagesOf(2);
    await sweep();
    expect(await storedAudio()).toEqual(kept.toSorted());
    expect(list.mock.calls.length).toBeGreaterThanOrEqual(4);
  });

  it('goes on from the last page when the sweep was killed in between', async () => {
    for (const n of [1, 2, 3, 4, 5]) await orphan(n);
    const list = inPagesOf(2);
    const job = await givenJob(SWEEP);
    await deliver(hintOf(job));
    expect(await storedAudio()).toHaveLength(3);
    vi.spyOn(testEnv.BUCKET, 'delete').mockRejectedValueOnce(new Error('killed'));
    await deliver(hintOf(job));
    expect(await knownJob(SWEEP)).toMatchObject({ status: 'waiting', code: 'error', attempts: 1 });
    later(60_000);
    await runDueJobs();
    expect(await storedAudio()).toEqual([]);
    expect(await knownJob(SWEEP)).toMatchObject({ status: 'done' });
    expect(
      list.mock.calls.filter(([options]) => options?.prefix === 'recordings/' && options.startAfter === undefined),
    ).toHaveLength(1);
  });
});

describe('the erased', () => {
  const erasures = async () =>
    (await testEnv.DB.prepare("select subject from jobs where kind = 'erase_patient'").all()).results.map(
      ({ subject }) => subject,
    );

  it('who are in the tables again are erased again, each once, and nobody else is', async () => {
    const [back, gone, never] = [await givenPatient(), await givenPatient(), await givenPatient()];
    const vault = testEnv.KEY_VAULT.getByName('vault');
    for (const { id } of [back, gone]) await vault.erase(id, 1);
    await testEnv.DB.prepare('delete from patients where id = ?').bind(gone.id).run();
    await sweep();
    expect(await erasures()).toEqual([back.id]);
    expect(lines.filter(({ event }) => event === 'patient.returned')).toEqual([
      expect.objectContaining({ patient_id: back.id }),
    ]);
    const left = await testEnv.DB.prepare('select id from patients').all();
    expect(left.results).toEqual([{ id: never.id }]);
  });

  it('of whom only a call came back are erased again', async () => {
    const { placed } = await givenPending();
    await testEnv.KEY_VAULT.getByName('vault').erase(placed.patient.id, 1);
    await testEnv.DB.exec('delete from patients; delete from jobs;');
    await sweep();
    expect(await erasures()).toEqual([placed.patient.id]);
    expect((await testEnv.DB.prepare('select id from calls').all()).results).toEqual([]);
  });

  it('are looked through page by page, however many they are', async () => {
    const vault = testEnv.KEY_VAULT.getByName('vault');
    for (let n = 0; n < 501; n += 1) await vault.erase(`pat_${String(n).padStart(4, '0')}`, 1);
    const back = await givenPatient();
    await vault.erase(back.id, 1);
    await testEnv.DB.prepare("update patients set id = 'pat_0500'").run();
    await sweep();
    expect(await erasures()).toEqual(['pat_0500']);
  });
});
