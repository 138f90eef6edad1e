/** Audio nobody agreed to, a second recording of a leg, a copy that does not read back: what is kept, and what is deleted where. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JOB_POLICIES } from '../../src/domain/jobs/backoff.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { dataKeyOf } from '../../src/store/patient-keys.ts';
import { insertRecording } from '../../src/store/recordings.ts';
import { recording, recordingLink, refused } from '../support/fake-telnyx.ts';
import { catchJobHints, deliver, hintOf, knownJob } from '../support/given-jobs.ts';
import {
  callOf,
  ended,
  expectStoredOnce,
  fetched,
  fetchedAgain,
  fetchJobOf,
  givenPending,
  givenRecorded,
  givenSaved,
  rowOf,
  saved,
  storedOf,
} from '../support/given-recording.ts';
import { catchLog, db, later, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await testEnv.DB.exec('delete from jobs; delete from recordings;');
});
afterEach(restore);

const events = (event: string) => lines.filter((line) => line['event'] === event);

describe('audio that was begun before the patient agreed (X1)', () => {
  const EARLY = new Date(START - 20_000).toISOString();

  it('as the webhook tells: it is quarantined, and deleted where it lies without being fetched', async () => {
    const call = await givenRecorded();
    await saved(call, { recording_started_at: EARLY });
    await ended(call);
    expect(await rowOf(call)).toMatchObject({ status: 'quarantined', proof: null });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
    await deliver(hintOf(await knownJob({ kind: 'discard_recording', subject: call.callId })));
    expect([call.telnyx.sent('download'), await storedOf(call)]).toEqual([[], null]);
    expect(call.telnyx.sent('delete_recording').map(({ path }) => path)).toEqual(['/recordings/rec-1']);
  });

  it('as only the API tells: it is quarantined, and deleted where it lies without being fetched', async () => {
    const call = await givenPending({ link: null, linkAt: null, startedAt: null });
    call.telnyx.always('retrieve_recording', recording({ recording_started_at: EARLY }));
    await fetched(call);
    expect(await rowOf(call)).toMatchObject({ status: 'quarantined', reason: 'before_consent' });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
    await deliver(hintOf(await knownJob({ kind: 'discard_recording', subject: call.callId })));
    expect([call.telnyx.sent('download'), await storedOf(call)]).toEqual([[], null]);
    expect(call.telnyx.sent('delete_recording')).toHaveLength(1);
  });
});

describe('a second recording of the leg', () => {
  it.each(['true', 'false'])(
    'is deleted where it lies with DELETE_AT_TELNYX=%s, and the one of the consent is kept (X1)',
    async (policy) => {
      const call = await givenRecorded();
      await saved(
        call,
        { recording_id: 'rec-early', recording_started_at: new Date(START - 20_000).toISOString() },
        'w1',
      );
      await saved(call, {}, 'w2');
      await ended(call);
      const env = { ...testEnv, DELETE_AT_TELNYX: policy };
      await runJob(env, (await knownJob({ kind: 'discard_stray', subject: 'rec-early' })).id);
      expect(call.telnyx.sent('delete_recording').map(({ path }) => path)).toEqual(['/recordings/rec-early']);
      expect(events('recording.stray')).toMatchObject([{ level: 'error', call_id: call.callId }]);
      expect(await fetched(call, env)).toMatchObject({ status: 'done' });
      expect(await rowOf(call)).toMatchObject({ status: 'ready', telnyxId: 'rec-1' });
    },
  );

  it('that cannot be deleted is tried again', async () => {
    const call = await givenSaved();
    await saved(call, { recording_id: 'rec-2' }, 'w2');
    await call.after(5000);
    call.telnyx.next('delete_recording', refused(500, '10007'));
    const hint = hintOf(await knownJob({ kind: 'discard_stray', subject: 'rec-2' }));
    await deliver(hint);
    const waiting = await knownJob({ kind: 'discard_stray', subject: 'rec-2' });
    expect(waiting).toMatchObject({ status: 'waiting', code: 'not_deleted_at_telnyx' });
    later(waiting.dueAt - Date.now());
    await deliver(hint);
    expect(await knownJob({ kind: 'discard_stray', subject: 'rec-2' })).toMatchObject({ status: 'done' });
  });
});

describe('our copy, before the one at Telnyx is deleted', () => {
  it('that does not read back as it was stored is fetched anew: nothing was deleted', async () => {
    const call = await givenPending();
    const put = testEnv.BUCKET.put.bind(testEnv.BUCKET);
    vi.spyOn(testEnv.BUCKET, 'put').mockImplementationOnce((async (key: string, value: never, options: never) => {
      const stored = new Uint8Array(await new Response(value).arrayBuffer());
      stored[stored.length - 1] = (stored.at(-1) as number) ^ 1;
      return put(key, stored, options);
    }) as never);
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'copy_damaged' });
    expect(await rowOf(call)).toMatchObject({ status: 'pending' });
    expect(call.telnyx.sent('delete_recording')).toEqual([]);
    call.telnyx.always('retrieve_recording', recording());
    await fetchedAgain(call);
    await expectStoredOnce(call);
  });

  it('that is stored whole by a try that died before it could say so is not fetched again', async () => {
    const call = await givenPending();
    vi.spyOn(testEnv.DB, 'batch').mockRejectedValueOnce(new Error('D1 is away'));
    await fetched(call);
    await fetchedAgain(call);
    expect(call.telnyx.sent('download')).toHaveLength(1);
    await expectStoredOnce(call);
  });
});

it('a link that comes while the last try fails is tried as well', async () => {
  const call = await givenPending({ link: null, linkAt: null });
  call.telnyx.always('retrieve_recording', refused(404, '10005'));
  for (let tries = 1; tries < JOB_POLICIES.fetch_recording.waitsMs.length + 1; tries += 1) await fetchedAgain(call);
  const last = await fetchJobOf(call);
  expect(last).toMatchObject({ status: 'waiting', attempts: JOB_POLICIES.fetch_recording.waitsMs.length });
  later(last.dueAt - Date.now());
  call.telnyx.next('retrieve_recording', async (...asked) => {
    later(2000);
    const row = await rowOf(call);
    const told = { id: 'rec-1', startedAt: START, durationMs: 2000, format: 'mp3', link: recordingLink() } as const;
    const dataKey = await dataKeyOf(ring, row.patientId);
    const news = { ...told, linkAt: Date.now(), proof: row.proof };
    await db.batch(insertRecording(db, dataKey, { callId: call.callId, patientId: row.patientId }, news, Date.now()));
    return refused(404, '10005')(...asked);
  });
  expect(await fetched(call)).toMatchObject({ status: 'waiting', attempts: 0 });
  await fetchedAgain(call);
  await expectStoredOnce(call);
});
