/** Fetching a recording while D1, R2, the session or the process fails, or the patient is erased: nothing is lost, doubled or left over. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JOB_POLICIES } from '../../src/domain/jobs/backoff.ts';
import { HANDLERS } from '../../src/outbox/handlers.ts';
import { IntakeSession } from '../../src/session/intake-session.ts';
import { deletePatientRows } from '../../src/store/erasure.ts';
import { getNote } from '../../src/store/notes.ts';
import { fetchAgain, getRecording, markFailed } from '../../src/store/recordings.ts';
import { type Answer, held, recording, recordings } from '../support/fake-telnyx.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { MIB } from '../support/given-bytes.ts';
import { catchJobHints, deliver, hintOf } from '../support/given-jobs.ts';
import {
  callOf,
  ended,
  expectStoredOnce,
  fetched,
  fetchedAgain,
  fetchJobOf,
  givenPending,
  givenRecorded,
  RECORDED,
  rowOf,
  storedOf,
} from '../support/given-recording.ts';
import type { SessionUnderTest } from '../support/given-session.ts';
import { catchLog, config, db, later, restore, ring, stopClock, testEnv, until } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await testEnv.DB.exec('delete from jobs; delete from recordings;');
});
afterEach(restore);

const LEASE = JOB_POLICIES.fetch_recording.leaseMs;
const never = () => new Promise<never>(() => {});
const events = (event: string) => lines.filter((line) => line['event'] === event);
/** A try that never comes back: its process is gone, or what it waits for is. */
async function lost(call: SessionUnderTest, isUnderWay: () => boolean): Promise<void> {
  void deliver(hintOf(await fetchJobOf(call)));
  await until(isUnderWay);
  later(LEASE);
  // The webhook's link is too old by then.
  call.telnyx.always('retrieve_recording', recording());
}

describe('our own storage', () => {
  it.each([
    ['refuses the row when the audio is stored', () => vi.spyOn(testEnv.DB, 'batch')],
    ['refuses the audio', () => vi.spyOn(testEnv.BUCKET, 'put')],
  ])('%s: the next try stores it again, once', async (_, place) => {
    const call = await givenPending();
    place().mockRejectedValueOnce(new Error('internal error; reference = Canary'));
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'error' });
    expect(await rowOf(call)).toMatchObject({ status: 'pending', bytes: null });
    expect(call.telnyx.sent('delete_recording')).toEqual([]);
    call.telnyx.always('list_recordings', recordings({}));
    await fetchedAgain(call);
    await expectStoredOnce(call);
    expect(JSON.stringify(lines)).not.toContain('Canary');
  });

  it.each([
    ['D1 when the audio is stored', () => vi.spyOn(testEnv.DB, 'batch')],
    ['R2', () => vi.spyOn(testEnv.BUCKET, 'put')],
  ])('%s hangs: when the lease has run out another try stores it', async (_, place) => {
    const call = await givenPending();
    const hanging = place().mockImplementationOnce(never);
    await lost(call, () => hanging.mock.calls.length > 0);
    expect(await rowOf(call)).toMatchObject({ status: 'pending' });
    expect(call.telnyx.sent('delete_recording')).toEqual([]);
    await fetched(call);
    await expectStoredOnce(call);
  });

  it('refuses a part of a long recording: no upload is left, and the next try stores it', async () => {
    const call = await givenPending();
    const long: Answer = () => new Response(givenMp3((9 * MIB) / 2), { headers: { 'Content-Type': 'audio/mpeg' } });
    call.telnyx.always('download', long);
    let aborted = 0;
    vi.spyOn(testEnv.BUCKET, 'createMultipartUpload').mockImplementationOnce(
      async () =>
        ({
          uploadPart: () => Promise.reject(new Error('R2 is away')),
          abort: async () => {
            aborted += 1;
          },
        }) as unknown as R2MultipartUpload,
    );
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'error' });
    expect([aborted, await storedOf(call)]).toEqual([1, null]);
    expect(await fetchedAgain(call)).toMatchObject({ status: 'done' });
    expect((await rowOf(call)).bytes).toBeGreaterThan(8 * MIB);
  });

  it('cannot note that the copy at Telnyx is deleted: it is deleted once more, and nothing is fetched', async () => {
    const call = await givenPending();
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    let refusals = 1;
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation((query) => {
      if (!/set "deleted_at_telnyx_at"/.test(query) || refusals-- < 1) return prepare(query);
      throw new Error('D1_ERROR: overloaded');
    });
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'error' });
    await fetchedAgain(call);
    expect(await rowOf(call)).toMatchObject({ status: 'ready', deletedAtTelnyxAt: Date.now() });
    expect(call.telnyx.sent('download')).toHaveLength(1);
  });
});

describe('the process', () => {
  it('dies while the audio comes: another stores it, and what the first left over is written over', async () => {
    const call = await givenPending();
    call.telnyx.next('download', never);
    await lost(call, () => call.telnyx.sent('download').length > 0);
    await fetched(call);
    await expectStoredOnce(call);
  });

  it('is slow, and another has stored it meanwhile: both leave one recording that is whole', async () => {
    const call = await givenPending();
    const slow = held(() => new Response(givenMp3(2000), { headers: { 'Content-Type': 'audio/mpeg' } }));
    call.telnyx.next('download', slow.answer);
    const first = deliver(hintOf(await fetchJobOf(call)));
    await until(() => call.telnyx.sent('download').length > 0);
    later(LEASE);
    call.telnyx.always('retrieve_recording', recording());
    await fetched(call);
    slow.release();
    await first;
    await expectStoredOnce(call);
  });

  it('is slow and fails for good when another has stored it: it is not shown as failed', async () => {
    const call = await givenPending();
    const context = { env: testEnv, config, db, job: await fetchJobOf(call), now: Date.now() };
    await fetched(call);
    await HANDLERS.fetch_recording.onGivenUp?.(context, 'too_large');
    await expectStoredOnce(call);
  });
});

describe('the session', () => {
  it('that cannot be told where the recording began is told at the next try, before the audio counts as stored', async () => {
    const call = await ended(await givenRecorded());
    const facts = { recording_started_at: new Date(RECORDED.from).toISOString(), duration_millis: 120_000 };
    call.telnyx.always('list_recordings', recordings(facts));
    vi.spyOn(IntakeSession.prototype, 'receive').mockImplementationOnce(() => {
      throw new Error('out of storage');
    });
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'error' });
    expect(await rowOf(call)).toMatchObject({ status: 'pending' });
    await fetchedAgain(call);
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      ...{ version: 2, hpi: { chief_complaint: { offset_ms: expect.any(Number) } } },
    });
    expect(await rowOf(call)).toMatchObject({ status: 'ready' });
  });

  it('that is told twice, because the row could not be written in between, makes one version of the note', async () => {
    const call = await ended(await givenRecorded());
    call.telnyx.always('list_recordings', recordings({ recording_started_at: new Date(RECORDED.from).toISOString() }));
    vi.spyOn(testEnv.DB, 'batch').mockRejectedValueOnce(new Error('D1 is away'));
    await fetched(call);
    await fetchedAgain(call);
    await call.after(5000);
    await fetchedAgain(call);
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ version: 2 });
    await expectStoredOnce(call);
  });
});

describe('a patient who is erased meanwhile', () => {
  it('leaves no work: its hint finds nothing', async () => {
    const call = await givenPending();
    const job = await fetchJobOf(call);
    await deletePatientRows(db, call.placed.patient.id, Date.now());
    expect(await deliver(hintOf(job))).toEqual({ acked: 1, retried: 0 });
    expect([call.telnyx.sent('download'), await storedOf(call)]).toEqual([[], null]);
  });

  it('leaves no audio that was just coming, and the work is done', async () => {
    const call = await givenPending();
    const slow = held(() => new Response(givenMp3(2000), { headers: { 'Content-Type': 'audio/mpeg' } }));
    call.telnyx.next('download', slow.answer);
    const first = deliver(hintOf(await fetchJobOf(call)));
    await until(() => call.telnyx.sent('download').length > 0);
    await deletePatientRows(db, call.placed.patient.id, Date.now());
    slow.release();
    expect(await first).toEqual({ acked: 1, retried: 0 });
    expect([await storedOf(call), await getRecording(db, call.callId)]).toEqual([null, null]);
    expect(events('recording.stored')).toEqual([]);
  });

  it('whose key is gone and whose rows are still there: nothing is fetched', async () => {
    const call = await givenPending();
    await ring.vault().erase(call.placed.patient.id, Date.now());
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'no_key' });
    expect([call.telnyx.sent('download'), await storedOf(call)]).toEqual([[], null]);
  });
});

it('a recording that was found damaged is fetched anew when somebody asks for it, as long as Telnyx has it', async () => {
  const call = await givenPending();
  const env = { ...testEnv, DELETE_AT_TELNYX: 'false' };
  await fetched(call, env);
  await markFailed(db, call.callId, 'damaged');
  expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
  expect(await rowOf(call)).toMatchObject({ status: 'failed', reason: 'damaged' });
  expect(await fetchAgain(db, call.callId, Date.now())).toBe(true);
  call.telnyx.always('retrieve_recording', recording());
  await fetched(call);
  await expectStoredOnce(call);
});
