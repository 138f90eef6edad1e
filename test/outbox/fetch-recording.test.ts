/** The recording of a call, from Telnyx into our storage: whenever and however often Telnyx tells of it, or never (RC-08, Z3, X1). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getNote } from '../../src/store/notes.ts';
import { fetchAgain, recordingIdOf } from '../../src/store/recordings.ts';
import { audio, html, networkError, recording, recordingLink, recordings, refused } from '../support/fake-telnyx.ts';
import { givenMp3, givenWav } from '../support/given-audio.ts';
import { inPieces, sha256Of } from '../support/given-bytes.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import {
  CHIEF_COMPLAINT,
  callOf,
  ended,
  fetched,
  fetchedAgain,
  fetchedToTheEnd,
  fetchJobOf,
  givenRecorded,
  givenSaved,
  playedOf,
  RECORDED,
  rowOf,
  saved,
  storedOf,
} from '../support/given-recording.ts';
import type { SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

const HOUR = 3_600_000;

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  catchJobHints();
  await testEnv.DB.exec('delete from jobs; delete from recordings;');
});
afterEach(restore);

const events = (event: string) => lines.filter((line) => line['event'] === event);
const noteOf = ({ callId }: SessionUnderTest) => getNote(db, ring, callId);
const offsetIn = async (call: SessionUnderTest) => (await noteOf(call))?.hpi['chief_complaint']?.offset_ms;
const fetching = ['retrieve_recording', 'list_recordings', 'download', 'delete_recording'];
/** What Telnyx was asked about recordings. */
const asked = ({ telnyx }: SessionUnderTest) => telnyx.actions.filter((action) => fetching.includes(action));
const objects = async () => (await testEnv.BUCKET.list({ prefix: 'recordings/' })).objects;

/** In R2, in the row, on the call, and gone at Telnyx. */
async function expectStored(call: SessionUnderTest, bytes = givenMp3(2000)): Promise<void> {
  const sha256 = await sha256Of(inPieces(bytes, bytes.length));
  const [row, stored] = [await rowOf(call), await storedOf(call)];
  expect(row).toMatchObject({
    status: 'ready',
    reason: null,
    bytes: bytes.length,
    sha256,
    deletedAtTelnyxAt: expect.any(Number),
  });
  expect(await callOf(call)).toMatchObject({
    ...{ recordingStatus: 'ready', recordingBytes: bytes.length, recordingDurationMs: row.durationMs },
  });
  expect(await playedOf(call)).toEqual(bytes);
  expect(stored?.length).toBeGreaterThan(bytes.length);
  expect(await fetchJobOf(call)).toMatchObject({ status: 'done', code: null });
}

describe('the recording of a call', () => {
  it('is fetched from the address of the webhook, sealed, shown, and deleted at Telnyx (RC-08, S1-W7, S2-E10)', async () => {
    const call = await givenSaved();
    expect(await rowOf(call)).toMatchObject({ status: 'pending', proof: { key: '1' }, telnyxId: 'rec-1' });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'pending', recordingBytes: null });
    await fetched(call);
    await expectStored(call);
    expect(asked(call)).toEqual(['download', 'delete_recording']);
    expect(call.telnyx.sent('delete_recording')[0]?.path).toBe('/recordings/rec-1');
    const row = await rowOf(call);
    expect(row).toMatchObject({
      ...{ id: recordingIdOf(call.callId), patientId: call.placed.patient.id, telnyxId: 'rec-1', format: 'mp3' },
      ...{ durationMs: 2016, fetchedAt: Date.now(), deletedAtTelnyxAt: Date.now() },
      startedAt: RECORDED.from,
    });
    expect(events('recording.stored')).toMatchObject([{ call_id: call.callId, bytes: row.bytes, duration_ms: 2016 }]);
  });

  it('lies in R2 without a byte of its sound in clear, and its signed address is gone from the row (HS-04)', async () => {
    const call = await givenSaved();
    call.telnyx.always('download', audio(givenMp3(2000, 0x51)));
    const secrets = async () =>
      (await testEnv.DB.prepare('select * from recordings').first()) as Record<string, unknown>;
    expect((await secrets())['sealed']).toEqual(expect.any(String));
    expect(JSON.stringify(await secrets())).not.toMatch(/amazonaws|Signature/);
    await fetched(call);
    expect((await secrets())['sealed']).toBeNull();
    const stored = new TextDecoder('latin1').decode((await storedOf(call)) as Uint8Array);
    expect(stored).not.toContain('\u00ff\u00f3\u0028\u00c0');
    expect(JSON.stringify(lines)).not.toMatch(/amazonaws|Signature|KEY0123|knee/);
  });

  it('is fetched without our key, which only Telnyx’ API gets, and without following anybody (SE-27)', async () => {
    const call = await givenSaved({ recording_urls: { mp3: null } });
    call.telnyx.always('retrieve_recording', recording());
    await fetched(call);
    expect(asked(call)).toEqual(['retrieve_recording', 'download', 'delete_recording']);
    for (const action of ['retrieve_recording', 'delete_recording'] as const)
      expect(call.telnyx.sent(action)[0]?.headers.get('authorization')).toBe('Bearer KEY0123');
    const headers = [...(call.telnyx.sent('download')[0]?.headers ?? [])];
    expect(JSON.stringify(headers)).not.toMatch(/authorization|bearer|KEY0123|cookie/i);
    const [, init] = vi.mocked(fetch).mock.calls.find(([url]) => String(url).includes('telephony-recorder-prod')) ?? [];
    expect(init?.redirect).toBe('manual');
  });

  it.each([
    ['between the hang-up and the note', 0],
    ['after the note', 5000],
    ['an hour after the note, when tries had failed already', HOUR],
  ])(
    'that is told of %s is fetched, and the note’s last version says where in it each answer lies',
    async (_, wait) => {
      const call = await givenRecorded();
      await call.hangup();
      if (wait > 0) {
        await call.after(5000);
        expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'not_found' });
        expect(await offsetIn(call)).toBeNull();
        later(wait);
      }
      await saved(call);
      await call.after(5000);
      expect(await fetchJobOf(call)).toMatchObject({ status: 'waiting', attempts: 0 });
      expect(await fetched(call)).toMatchObject({ status: 'done' });
      await expectStored(call);
      expect((await noteOf(call))?.version).toBe(wait === 0 ? 1 : 2);
      expect(await offsetIn(call)).toBeGreaterThan(0);
      expect((await noteOf(call))?.hpi).toMatchObject({ chief_complaint: { value: CHIEF_COMPLAINT } });
    },
  );

  it('that is told of when a day of tries is over is fetched all the same', async () => {
    const call = await ended(await givenRecorded());
    expect(await fetchedToTheEnd(call)).toMatchObject({ status: 'dead', code: 'not_found' });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
    // Telnyx need not name it.
    await saved(call, { recording_id: null });
    await call.after(5000);
    expect(await rowOf(call)).toMatchObject({ status: 'pending', reason: null });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'pending' });
    call.telnyx.always('list_recordings', recordings({}));
    await fetched(call);
    await expectStored(call);
  });

  it('that is told of when its session is buried is fetched when somebody asks for it', async () => {
    const call = await ended(await givenRecorded());
    await fetchedToTheEnd(call);
    await call.after(25 * HOUR);
    await call.after(25 * HOUR);
    expect(await saved(call)).toBe('late');
    call.telnyx.always('list_recordings', recordings({}));
    expect(await fetchAgain(db, call.callId, Date.now())).toBe(true);
    await fetched(call);
    await expectStored(call);
  });

  it('that is told of twice, by the same event or another, is fetched once', async () => {
    const call = await givenRecorded();
    expect([await saved(call, {}, 'evt-saved'), await saved(call, {}, 'evt-saved')]).toEqual(['applied', 'duplicate']);
    await saved(call);
    await ended(call);
    await fetched(call);
    await saved(call);
    await call.after(5000);
    await fetched(call);
    await expectStored(call);
    expect(asked(call)).toEqual(['download', 'delete_recording']);
    expect((await objects()).filter(({ key }) => key.includes(call.callId))).toHaveLength(1);
    expect((await noteOf(call))?.version).toBe(1);
  });

  it('that nobody tells of is found by the leg, and makes the note’s next version with where each answer lies', async () => {
    const call = await givenRecorded();
    await ended(call);
    expect(await offsetIn(call)).toBeNull();
    call.telnyx.always(
      'list_recordings',
      recordings({
        id: 'rec-9',
        recording_started_at: new Date(RECORDED.from).toISOString(),
        duration_millis: 120_000,
      }),
    );
    await fetched(call);
    expect(asked(call)).toEqual(['list_recordings', 'download', 'delete_recording']);
    expect(call.telnyx.sent('list_recordings')[0]?.query.get('filter[call_leg_id]')).toBe('leg-1');
    expect(await rowOf(call)).toMatchObject({ telnyxId: 'rec-9', startedAt: RECORDED.from });
    await call.after(5000);
    expect([(await noteOf(call))?.version, await offsetIn(call)]).toEqual([2, expect.any(Number)]);
    // The note's version wrote the recording down again, which is none of the work's business.
    await fetched(call);
    await expectStored(call);
    expect(asked(call)).toHaveLength(3);
  });

  it('that was fetched through the API makes no version of the note when nothing of it is news', async () => {
    const call = await givenSaved({ recording_urls: {} });
    call.telnyx.always('retrieve_recording', recording({ recording_started_at: new Date().toISOString() }));
    const before = await noteOf(call);
    await fetched(call);
    await call.after(5000);
    await expectStored(call);
    expect(await noteOf(call)).toEqual(before);
  });

  it('that nobody tells of and nobody finds is given up after a day, says why, and can be asked for again', async () => {
    const call = await ended(await givenRecorded());
    const begun = Date.now();
    expect(await fetchedToTheEnd(call)).toMatchObject({ status: 'dead', code: 'not_found' });
    expect(Date.now() - begun).toBeGreaterThan(23 * HOUR);
    expect(await rowOf(call)).toMatchObject({ status: 'failed', reason: 'not_found' });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'failed' });
    expect(events('job.dead')).toMatchObject([{ call_id: call.callId, code: 'not_found' }]);
    call.telnyx.always('list_recordings', recordings({}));
    expect(await fetchAgain(db, call.callId, Date.now())).toBe(true);
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'pending' });
    await fetched(call);
    await expectStored(call);
    expect(await fetchAgain(db, call.callId, Date.now())).toBe(false);
    expect(await rowOf(call)).toMatchObject({ status: 'ready' });
  });

  it.each([
    ['whose link has expired (403)', {}, refused(403, '10009')],
    ['whose link is ten minutes old', { wait: 10 * 60_000 }, null],
  ])('%s is asked for by its id (RC-09, S2-E10, S1-W7)', async (_, { wait = 0 }: { wait?: number }, answer) => {
    const call = await givenSaved();
    later(wait);
    if (answer !== null) call.telnyx.next('download', answer);
    call.telnyx.always('retrieve_recording', recording({ download_urls: { mp3: recordingLink('fresh.mp3') } }));
    await fetched(call);
    await expectStored(call);
    expect(asked(call).filter((action) => action !== 'download')).toEqual(['retrieve_recording', 'delete_recording']);
    expect(call.telnyx.sent('download').at(-1)?.path).toContain('/fresh.mp3');
    expect(call.telnyx.sent('download')).toHaveLength(answer === null ? 1 : 2);
    expect(call.telnyx.sent('retrieve_recording')[0]?.path).toBe('/recordings/rec-1');
  });

  it('that Telnyx does not know by its id is found by its leg', async () => {
    const call = await givenSaved();
    call.telnyx.next('download', refused(403, '10009')).always('list_recordings', recordings({ id: 'rec-2' }));
    await fetched(call);
    expect(asked(call).slice(0, 4)).toEqual(['download', 'retrieve_recording', 'list_recordings', 'download']);
    await expectStored(call);
  });

  it('of several of one leg is the newest', async () => {
    const call = await ended(await givenRecorded());
    const at = (minute: number) => `2030-01-07T15:0${minute}:00Z`;
    const of = (id: string, minute: number) => ({
      ...{ id, recording_started_at: at(minute), download_urls: { mp3: recordingLink(`${id}.mp3`) } },
    });
    call.telnyx.always('list_recordings', recordings(of('old', 1), of('new', 3), of('older', 2)));
    await fetched(call);
    expect(call.telnyx.sent('download')[0]?.path).toContain('/new.mp3');
  });

  it('may be a WAV', async () => {
    const wav = givenWav(1500);
    const call = await givenSaved({ recording_urls: { wav: recordingLink('leg-1.wav') }, format: 'wav' });
    call.telnyx.always('download', audio(wav, { 'Content-Type': 'audio/x-wav' }));
    await fetched(call);
    await expectStored(call, wav);
    expect(await rowOf(call)).toMatchObject({ format: 'wav', durationMs: 1500 });
  });

  it('that the patient had stopped in the middle is fetched: what was said before was agreed to', async () => {
    const call = await givenRecorded();
    await call.webhook('call.dtmf.received', { digit: '*' });
    await saved(call);
    await ended(call);
    await fetched(call);
    await expectStored(call);
  });
});

describe('the copy at Telnyx', () => {
  it('is deleted only when ours is stored (HS-14)', async () => {
    const call = await givenSaved();
    const rowThen: unknown[] = [];
    call.telnyx.next('delete_recording', async () => {
      rowThen.push((await rowOf(call)).status, (await storedOf(call))?.length);
      return Response.json({ data: {} });
    });
    await fetched(call);
    expect(rowThen).toEqual(['ready', expect.any(Number)]);
  });

  it.each([
    ['refused', refused(500, '10007')],
    ['answered with a page', html(503)],
    ['cut off', networkError],
    ['too much', refused(429, '10011')],
  ])('whose deletion is %s is deleted later, and nothing is fetched twice', async (_, answer) => {
    const call = await givenSaved();
    call.telnyx.next('delete_recording', answer);
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'not_deleted_at_telnyx' });
    expect(await rowOf(call)).toMatchObject({ status: 'ready', deletedAtTelnyxAt: null });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'ready' });
    await fetchedAgain(call);
    await expectStored(call);
    expect(asked(call)).toEqual(['download', 'delete_recording', 'delete_recording']);
  });

  it('that is gone already is gone', async () => {
    const call = await givenSaved();
    call.telnyx.always('delete_recording', refused(404, '10005'));
    await fetched(call);
    await expectStored(call);
  });

  it('that can never be deleted ends as a dead letter, and the recording stays playable', async () => {
    const call = await givenSaved();
    call.telnyx.always('delete_recording', refused(403, '10009'));
    expect(await fetchedToTheEnd(call)).toMatchObject({ status: 'dead', code: 'not_deleted_at_telnyx' });
    expect(await rowOf(call)).toMatchObject({ status: 'ready', reason: null });
    expect(await callOf(call)).toMatchObject({ recordingStatus: 'ready' });
    expect(await playedOf(call)).toEqual(givenMp3(2000));
  });

  it('stays when DELETE_AT_TELNYX is false', async () => {
    const call = await givenSaved();
    expect(await fetched(call, { ...testEnv, DELETE_AT_TELNYX: 'false' })).toMatchObject({ status: 'done' });
    expect(asked(call)).toEqual(['download']);
    expect(await rowOf(call)).toMatchObject({ status: 'ready', deletedAtTelnyxAt: null });
  });

  it('of a recording whose webhook did not name it is found by its leg, and deleted', async () => {
    const call = await givenSaved({ recording_id: null });
    call.telnyx.always('list_recordings', recordings({ id: 'rec-7' }));
    await fetched(call);
    await expectStored(call);
    expect(asked(call)).toEqual(['download', 'list_recordings', 'delete_recording']);
    expect(call.telnyx.sent('delete_recording')[0]?.path).toBe('/recordings/rec-7');
    expect(await rowOf(call)).toMatchObject({ telnyxId: 'rec-7' });
  });

  it('that its leg does not show yet is looked for until it does', async () => {
    const call = await givenSaved({ recording_id: null });
    expect(await fetched(call)).toMatchObject({ status: 'waiting', code: 'not_found' });
    call.telnyx.always('list_recordings', recordings({ id: 'rec-7' }));
    await fetchedAgain(call);
    await expectStored(call);
    expect(call.telnyx.sent('download')).toHaveLength(1);
  });
});
