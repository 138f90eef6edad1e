/** A whole call in the real session: what is sent, what is stored, and what is left in D1 when it is over. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getCallLog } from '../../src/store/call-logs.ts';
import { getCall } from '../../src/store/calls.ts';
import { activeConsent } from '../../src/store/consents.ts';
import { getNote } from '../../src/store/notes.ts';
import { isSuppressed } from '../../src/store/suppressions.ts';
import { tasksOfCall } from '../../src/store/tasks.ts';
import { refused } from '../support/fake-telnyx.ts';
import { BIRTH_DATE_KEYS } from '../support/given-plan.ts';
import { givenSession, type SessionUnderTest, UTTERANCE_END } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, START, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const REST = ['2', '7', '2', '2', '1', '3', '3', '1', '2'];

/** Without a recording: by keys from the first question to the last. */
async function givenCompleted(): Promise<SessionUnderTest> {
  const call = await givenSession();
  await call.consented('2');
  await call.keys(...REST);
  await call.spoken();
  await call.hangup({ hangup_source: 'caller' });
  return call;
}

/** Recorded: spoken items are asked, and read back. */
async function givenRecorded(): Promise<SessionUnderTest> {
  const call = await givenSession();
  await call.consented('1');
  await call.speaks('My left knee is swollen.');
  await call.keys('2', '7', '2', '2', '1');
  await call.speaks('A broken wrist.');
  await call.keys('3');
  await call.speaks('I slipped on the stairs.');
  await call.keys('3', '1', '2');
  await call.spoken();
  await call.hangup({ hangup_source: 'caller' });
  return call;
}

const stepsOf = (call: SessionUnderTest) =>
  call.telnyx.sent('gather_using_speak').map(({ body }) => JSON.parse(atob(String(body['client_state']))).q as string);

describe('a whole interview by keys', () => {
  it('sends one command after the other, each question once, and never the recorder (S1-F10)', async () => {
    const call = await givenCompleted();
    expect(call.telnyx.actions).toEqual([
      'dial',
      ...Array.from({ length: 12 }, () => 'gather_using_speak'),
      'speak',
      'hangup',
    ]);
    const steps = stepsOf(call);
    expect(steps.slice(0, 5)).toEqual(['opening', 'birth_date', 'consent', 'hpi.symptom_duration', 'hpi.pain_level']);
    expect(new Set(steps).size).toBe(steps.length);
    expect(await call.state()).toMatchObject({
      phase: 'ended',
      outcome: 'completed',
      recorder: 'off',
      transcriber: 'off',
    });
  });

  it('leaves note, log, task and call row in D1 five seconds after the hang-up, and a free number (S1-E06, S1-W6)', async () => {
    const call = await givenCompleted();
    expect(await getNote(db, ring, call.callId)).toBeNull();
    await call.after(5000);
    const note = await getNote(db, ring, call.callId);
    expect(note).toMatchObject({
      note_id: call.callId.replace('call_', 'note_'),
      status: 'complete',
      identity: 'verified',
      patient_info: { first_name: 'Rosalind', date_of_birth: '1980-04-12' },
      hpi: {
        symptom_duration: {
          value: '1_to_3_days',
          question_version: 1,
          wording: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
        pain_level: { value: 7, entry: '7', call_id: call.callId, offset_ms: null },
        chief_complaint: { state: 'not_asked' },
      },
      ample: {
        allergies: { state: 'none' },
        past_medical_history: { state: 'answered', value: true },
        past_medical_history_detail: { state: 'not_asked' },
      },
      family_history: {
        heart_disease: { state: 'unknown' },
        diabetes: { state: 'answered' },
        cancer: { state: 'none' },
      },
    });
    const log = await getCallLog(db, ring, call.callId);
    expect(log?.events.map(({ type }) => type)).toContain('call.hangup');
    expect(log?.transcript).toContainEqual(
      expect.objectContaining({ speaker: 'patient', item: 'birth_date', text: 'date of birth entered' }),
    );
    expect(JSON.stringify(log)).not.toContain(BIRTH_DATE_KEYS);
    expect(await tasksOfCall(db, call.callId)).toMatchObject([{ kind: 'voice_items', status: 'open' }]);
    expect(await getCall(db, ring, call.callId)).toMatchObject({
      status: 'completed',
      hangupCause: 'normal_clearing',
      recordingStatus: 'none',
      consentRecording: 'declined',
      callControlId: 'v3:control',
    });
    const attempt = await testEnv.DB.prepare('select status, reserved_number from attempts where id = ?')
      .bind(call.placed.attemptId)
      .first();
    expect(attempt).toEqual({ status: 'ended', reserved_number: null });
    expect((await call.stored())?.savedAt).toBe(Date.now());
    expect(await call.stub.liveView()).toBeNull();
  });

  it('has the note within 15 s of the hang-up, wherever the alarm stood before', async () => {
    const call = await givenSession();
    await call.consented();
    later(Number(await call.alarmAt()) - Date.now() - 14_000);
    await call.receive(call.event('call.hangup', { hangup_cause: 'normal_clearing' }));
    expect(await call.alarmAt()).toBe(Date.now() + 5000);
  });

  it('writes the record once for every event that matters, and not for one that changes nothing', async () => {
    const call = await givenSession();
    await call.answered();
    const puts = await runInDurableObject(call.stub, (_, state) => vi.spyOn(state.storage.kv, 'put'));
    const write = async (work: () => Promise<unknown>) => {
      puts.mockClear();
      await work();
      return puts.mock.calls.length;
    };
    expect(await write(() => call.keys('1'))).toBe(1);
    expect(await write(() => call.webhook('call.dtmf.received', { digit: '5' }))).toBe(0);
    expect(await write(() => call.webhook('call.speak.ended'))).toBe(0);
    expect(await write(() => call.keys(BIRTH_DATE_KEYS))).toBe(1);
    expect(await write(() => call.keys('1'))).toBe(1);
    expect(await write(() => call.hears('My left knee'))).toBe(1);
    expect(await write(() => call.hears('is swollen.'))).toBe(1);
    expect(await write(() => call.after(UTTERANCE_END))).toBe(1);
    expect(await write(() => call.keys('1'))).toBe(1);
    expect(await write(() => call.webhook('call.machine.premium.detection.ended', { result: 'not_sure' }))).toBe(0);
  });

  it('delivered twice: every webhook of the call again leads to nothing', async () => {
    const call = await givenSession();
    await call.answered();
    for (const digits of ['1', BIRTH_DATE_KEYS, '2', ...REST]) {
      later(1000);
      const event = call.event('call.gather.ended', { digits, status: 'valid' });
      expect(await call.receive(event)).toBe('applied');
      await call.alarm();
      const sent = call.telnyx.requests.length;
      expect(await call.receive(event)).toBe('duplicate');
      await call.alarm();
      expect(call.telnyx.requests).toHaveLength(sent);
    }
    expect(await call.state()).toMatchObject({ phase: 'closing', outcome: 'completed' });
  });

  it('out of order: the end of the closing text after the hang-up sends nothing', async () => {
    const call = await givenSession();
    await call.consented();
    await call.keys(...REST);
    await call.hangup();
    const sent = call.telnyx.requests.length;
    expect(await call.webhook('call.speak.ended', { status: 'call_hangup' })).toBe('late');
    expect(await call.webhook('call.gather.ended', { status: 'call_hangup' })).toBe('late');
    expect(call.telnyx.requests).toHaveLength(sent);
    expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'completed' });
  });

  it('after eviction before the note: the alarm writes it from what is stored', async () => {
    const call = await givenCompleted();
    await call.evict();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      status: 'complete',
      hpi: { pain_level: { value: 7 } },
    });
  });

  it('command failed and the alarm goes on: D1 down at the end loses nothing', async () => {
    const call = await givenCompleted();
    const batch = vi.spyOn(testEnv.DB, 'batch').mockRejectedValue(new Error('D1_ERROR: overloaded'));
    await call.after(5000);
    await call.evict();
    await call.after(60_000);
    expect(batch.mock.calls.length).toBeGreaterThan(1);
    expect(await getNote(db, ring, call.callId)).toBeNull();
    expect(await call.stub.liveView()).toMatchObject({ record: { status: 'completed' } });
    batch.mockRestore();
    await call.after(60_000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ status: 'complete' });
    expect(await getCallLog(db, ring, call.callId)).not.toBeNull();
    expect((await call.stored())?.pending).toEqual([]);
  });

  it('goes on after the patient hung up in the middle: the answers given are in a partial note', async () => {
    const call = await givenSession();
    await call.consented('2');
    await call.keys('4', '0');
    await call.hangup();
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({
      status: 'partial',
      consent: { given: true, recording_consent: false },
      hpi: { symptom_duration: { value: 'more_than_1_week' }, pain_level: { state: 'answered', value: 0 } },
      ample: { allergies: { state: 'not_asked' } },
    });
    expect(call.telnyx.sent('record_start')).toEqual([]);
  });
});

describe('the recorder', () => {
  it.each([
    ['an opening', []],
    ['an identity', ['1']],
    ['a wish to go on without recording', ['1', BIRTH_DATE_KEYS, '2', '1']],
    ['a refusal', ['1', BIRTH_DATE_KEYS, '3']],
    ['a wrong key at the consent', ['1', BIRTH_DATE_KEYS, '7']],
  ])('does not start after %s (RC-01, RC-02)', async (_, keys) => {
    const call = await givenSession();
    await call.answered();
    await call.keys(...keys);
    expect(call.telnyx.sent('record_start')).toEqual([]);
  });

  it('starts with the consent, before the first question after it, and the transcription with it', async () => {
    const call = await givenRecorded();
    expect(call.telnyx.actions).toEqual([
      'dial',
      ...['gather_using_speak', 'gather_using_speak', 'gather_using_speak'],
      ...['record_start', 'transcription_start', 'gather_using_speak'],
      ...['gather_stop', 'gather_using_speak'],
      ...Array.from({ length: 6 }, () => 'gather_using_speak'),
      ...['gather_stop', 'gather_using_speak'],
      ...['gather_using_speak', 'gather_using_speak'],
      ...['gather_stop', 'gather_using_speak'],
      ...['gather_using_speak', 'gather_using_speak', 'gather_using_speak'],
      ...['speak', 'hangup'],
    ]);
    const steps = stepsOf(call);
    expect(new Set(steps).size).toBe(steps.length);
    expect(await call.state()).toMatchObject({ outcome: 'completed', recorder: 'on', transcriber: 'on', tasks: [] });
  });

  it('is saved after the note: the call row learns it late, and version 2 of the note says where each answer lies', async () => {
    const call = await givenRecorded();
    await call.after(5000);
    const first = await getNote(db, ring, call.callId);
    expect(first).toMatchObject({ version: 1, hpi: { chief_complaint: { offset_ms: null } } });
    expect(await getCall(db, ring, call.callId)).toMatchObject({
      recordingStatus: 'pending',
      consentRecording: 'given',
    });
    const startedAt = START + 1000;
    const saved = {
      recording_id: 'rec-1',
      recording_started_at: new Date(startedAt).toISOString(),
      recording_ended_at: new Date(startedAt + 61_000).toISOString(),
    };
    expect(await call.webhook('call.recording.saved', saved)).toBe('applied');
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ recordingId: 'rec-1', recordingDurationMs: 61_000 });
    const { results } = await testEnv.DB.prepare('select id, version from notes where call_id = ? order by version')
      .bind(call.callId)
      .all();
    expect(results).toEqual([
      { id: first?.note_id, version: 1 },
      { id: `${first?.note_id}.2`, version: 2 },
    ]);
    const second = await getNote(db, ring, call.callId);
    const said = Date.parse(String(first?.hpi['chief_complaint']?.timestamp));
    expect(second).toMatchObject({ version: 2, hpi: { chief_complaint: { offset_ms: said - startedAt } } });
    expect(await tasksOfCall(db, call.callId)).toEqual([]);
  });

  it('saved twice: the second delivery makes no third version', async () => {
    const call = await givenRecorded();
    await call.after(5000);
    later(1000);
    const saved = call.event('call.recording.saved', { recording_id: 'rec-1' });
    expect([await call.receive(saved), await call.receive(saved)]).toEqual(['applied', 'duplicate']);
    await call.after(5000);
    expect(await call.receive(saved)).toBe('duplicate');
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ version: 2 });
  });

  it('saved before the note: it is in version 1 already', async () => {
    const call = await givenRecorded();
    const times = { recording_started_at: new Date(START).toISOString() };
    await call.webhook('call.recording.saved', { recording_id: 'rec-1', ...times });
    await call.after(5000);
    const note = await getNote(db, ring, call.callId);
    expect([note?.version, typeof note?.hpi['pain_level']?.offset_ms]).toEqual([1, 'number']);
    const { results } = await testEnv.DB.prepare('select version from notes where call_id = ?').bind(call.callId).all();
    expect(results).toEqual([{ version: 1 }]);
  });
});

describe('a silence that should not be', () => {
  it('asks Telnyx for the call, and asks the question again while it is alive', async () => {
    const call = await givenSession();
    await call.consented();
    await call.after(76_000);
    expect(call.telnyx.actions.slice(-3)).toEqual(['retrieve_call', 'gather_stop', 'gather_using_speak']);
    expect(call.asked).toBe('hpi.symptom_duration');
    expect(await call.state()).toMatchObject({ question: { failedTries: 0 } });
  });

  it('ends the call that Telnyx says is over', async () => {
    const call = await givenSession();
    await call.consented();
    call.telnyx.next('retrieve_call', () => Response.json({ data: { is_alive: false } }));
    await call.after(76_000);
    expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'partial', error: 'hangup_event_lost' });
    await call.after(5000);
    expect(await getNote(db, ring, call.callId)).toMatchObject({ status: 'partial' });
  });

  it('takes a 404 as nothing known, and asks again', async () => {
    const call = await givenSession();
    await call.consented();
    call.telnyx.next('retrieve_call', refused(404, '10005'));
    await call.after(76_000);
    expect(call.telnyx.actions.at(-1)).toBe('gather_using_speak');
  });
});

describe('an opt-out', () => {
  it('is in D1 before the hang-up is asked for (TC-08)', async () => {
    const call = await givenSession();
    await call.answered();
    let suppressedAtHangup: boolean | null = null;
    call.telnyx.next('hangup', async () => {
      suppressedAtHangup = await isSuppressed(db, ring, call.placed.patient.phoneNumber);
      return Response.json({ data: { result: 'ok' } });
    });
    await call.keys('9');
    await call.webhook('call.speak.ended');
    expect(suppressedAtHangup).toBe(true);
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'opted_out' });
  });

  it('is kept when the list cannot be written during the call: the end of the call writes it', async () => {
    const call = await givenSession();
    await call.answered();
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    const fault = vi.spyOn(testEnv.DB, 'prepare').mockImplementation((query) => {
      if (/insert into "suppressions"/.test(query)) throw new Error('D1_ERROR');
      return prepare(query);
    });
    await call.keys('9');
    await call.webhook('call.speak.ended');
    expect(call.telnyx.actions.at(-1)).toBe('hangup');
    expect(await isSuppressed(db, ring, call.placed.patient.phoneNumber)).toBe(false);
    fault.mockRestore();
    await call.hangup();
    await call.after(65_000);
    expect(await isSuppressed(db, ring, call.placed.patient.phoneNumber)).toBe(true);
  });

  it('of a stranger ends the consent at this number instead (TC-22)', async () => {
    const call = await givenSession();
    const { id, phoneNumber } = call.placed.patient;
    await call.answered();
    await call.keys('2');
    await call.webhook('call.speak.ended');
    await call.hangup();
    await call.after(5000);
    expect(await activeConsent(db, ring, id, phoneNumber)).toBeNull();
    expect(await isSuppressed(db, ring, phoneNumber)).toBe(false);
    expect(await getNote(db, ring, call.callId)).toBeNull();
  });
});
