/** Audio that nobody agreed to (X1, RC-08): never fetched, deleted at Telnyx whatever the policy is, and somebody is told. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runJob } from '../../src/outbox/run-job.ts';
import { fetchAgain, readable } from '../../src/store/recordings.ts';
import { recordings, refused } from '../support/fake-telnyx.ts';
import { catchJobHints, deliver, hintOf, knownJob } from '../support/given-jobs.ts';
import { callOf, ended, givenRecorded, rowOf, saved, storedOf } from '../support/given-recording.ts';
import type { SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, later, restore, stopClock, testEnv } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await testEnv.DB.exec('delete from jobs; delete from recordings;');
});
afterEach(restore);

const jobOf = ({ callId }: SessionUnderTest) => knownJob({ kind: 'discard_recording', subject: callId });
const told = () => lines.filter(({ event }) => event === 'recording.without_consent');
/** What Telnyx was asked about the recording. */
const asked = ({ telnyx }: SessionUnderTest) => telnyx.actions.filter((action) => /recording|download/.test(action));

/** Consent declined, the recorder never ordered: and Telnyx has recorded all the same. */
async function givenRecordedWithoutConsent(changes: Record<string, unknown> = {}): Promise<SessionUnderTest> {
  const call = await givenRecorded('2');
  expect(call.telnyx.sent('record_start')).toEqual([]);
  await saved(call, changes);
  return ended(call);
}
async function discarded(call: SessionUnderTest) {
  await deliver(hintOf(await jobOf(call)));
  return jobOf(call);
}

it('is quarantined without its address, and the call shows no recording', async () => {
  const call = await givenRecordedWithoutConsent();
  const row = await rowOf(call);
  expect(row).toMatchObject({ status: 'quarantined', reason: 'no_consent_proof', proof: null, telnyxId: 'rec-1' });
  expect(readable(row)).toBeNull();
  expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
  const { results } = await testEnv.DB.prepare('select sealed, consent_at from recordings').all();
  expect(results).toEqual([{ sealed: null, consent_at: null }]);
  await expect(knownJob({ kind: 'fetch_recording', subject: call.callId })).rejects.toThrow();
});

it.each(['true', 'false'])('is not fetched, and is deleted at Telnyx, with DELETE_AT_TELNYX=%s', async (policy) => {
  const call = await givenRecordedWithoutConsent();
  await runJob({ ...testEnv, DELETE_AT_TELNYX: policy }, (await jobOf(call)).id);
  expect(asked(call)).toEqual(['delete_recording']);
  expect(call.telnyx.sent('delete_recording')[0]?.path).toBe('/recordings/rec-1');
  expect(await storedOf(call)).toBeNull();
  expect(await rowOf(call)).toMatchObject({ status: 'quarantined', deletedAtTelnyxAt: Date.now() });
  expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
  expect(await jobOf(call)).toMatchObject({ status: 'done' });
  expect(told()).toMatchObject([{ level: 'error', call_id: call.callId }]);
});

it('that is told of after the note is quarantined and deleted too', async () => {
  const call = await ended(await givenRecorded('2'));
  expect(await callOf(call)).toMatchObject({ recordingStatus: 'none' });
  await saved(call);
  await call.after(5000);
  expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
  expect(await discarded(call)).toMatchObject({ status: 'done' });
  expect(asked(call)).toEqual(['delete_recording']);
});

it('of a patient who declined everything is quarantined and deleted too', async () => {
  const call = await givenRecorded('2');
  await call.webhook('call.dtmf.received', { digit: '9' });
  await saved(call);
  await ended(call);
  expect(await discarded(call)).toMatchObject({ status: 'done' });
  expect([asked(call), await storedOf(call)]).toEqual([['delete_recording'], null]);
});

it('whose webhook does not name it is found by its leg', async () => {
  const call = await givenRecordedWithoutConsent({ recording_id: null });
  call.telnyx.always('list_recordings', recordings({ id: 'rec-7' }));
  await discarded(call);
  expect(asked(call)).toEqual(['list_recordings', 'delete_recording']);
  expect(call.telnyx.sent('delete_recording')[0]?.path).toBe('/recordings/rec-7');
  expect(await rowOf(call)).toMatchObject({ telnyxId: 'rec-7', deletedAtTelnyxAt: Date.now() });
});

it('that cannot be deleted is told of at once, tried again, and never fetched', async () => {
  const call = await givenRecordedWithoutConsent();
  call.telnyx.next('delete_recording', refused(500, '10007'));
  expect(await discarded(call)).toMatchObject({ status: 'waiting', code: 'not_deleted_at_telnyx' });
  expect(told()).toMatchObject([{ level: 'error', call_id: call.callId }]);
  later((await jobOf(call)).dueAt - Date.now());
  expect(await discarded(call)).toMatchObject({ status: 'done' });
  expect(asked(call)).toEqual(['delete_recording', 'delete_recording']);
});

it('that can never be deleted ends as a dead letter, and the row stays quarantined', async () => {
  const call = await givenRecordedWithoutConsent();
  call.telnyx.always('delete_recording', refused(403, '10009'));
  let job = await discarded(call);
  for (let tries = 1; job.status === 'waiting' && tries < 50; tries += 1) {
    later(job.dueAt - Date.now());
    job = await discarded(call);
  }
  expect(job).toMatchObject({ status: 'dead', code: 'not_deleted_at_telnyx' });
  expect(await rowOf(call)).toMatchObject({ status: 'quarantined', reason: 'no_consent_proof' });
});

it('is not fetched when somebody asks for it, and stays quarantined', async () => {
  const call = await givenRecordedWithoutConsent();
  expect(await fetchAgain(db, call.callId, Date.now())).toBe(false);
  await deliver(hintOf(await knownJob({ kind: 'fetch_recording', subject: call.callId })));
  expect([asked(call), await storedOf(call)]).toEqual([[], null]);
  expect(await rowOf(call)).toMatchObject({ status: 'quarantined' });
  expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
});

it('that is discarded already is left alone, however often the hint comes', async () => {
  const call = await givenRecordedWithoutConsent();
  await discarded(call);
  await saved(call);
  await call.after(5000);
  await discarded(call);
  expect(asked(call)).toEqual(['delete_recording']);
  expect(told()).toHaveLength(1);
});
