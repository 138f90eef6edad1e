import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextNumber } from '../support/place-call.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { ANSWERED_AT, CONSENT, endCall, givenCall, logOf, openedTask, recordOf } from './given-call.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;
const UNKNOWN = 'call_0199f3c2-7f4e-7000-8000-000000000001';

describe('POST /api/calls', () => {
  it('places a call and answers it as it is (S1-E01, S1-C4)', async () => {
    const phone_number = nextNumber();
    const response = await given.send('POST', '/api/calls', { phone_number, language: 'es', consent: CONSENT });
    expect(response.status).toBe(201);
    const call = await jsonOf(response);
    expect(response.headers.get('Location')).toBe(`/api/calls/${call['call_id']}`);
    expect(call).toEqual({
      call_id: expect.stringMatching(/^call_[0-9a-f-]{36}$/),
      status: 'queued',
      direction: 'outbound',
      patient_id: expect.stringMatching(/^pat_/),
      external_id: null,
      phone_number,
      language: 'es',
      questionnaire: { id: 'adult-intake', version: 1 },
      campaign_id: null,
      attempt: 1,
      identity: 'not_checked',
      answered_by: 'unknown',
      consent: { collection: 'not_asked', recording: 'not_asked', at: null },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      dialed_at: null,
      answered_at: null,
      ended_at: null,
      duration_seconds: 0,
      hangup_cause: null,
      hangup_source: null,
      sip_hangup_cause: null,
      error: null,
      recording: { status: 'none', duration_seconds: null, bytes: null },
      red_flags: 0,
      review: { status: 'unreviewed', by: null, at: null },
      cost: null,
      telnyx: { call_control_id: null, call_leg_id: null, call_session_id: null },
    });
    expect(given.enqueue).toHaveBeenCalledWith(expect.stringMatching(/^att_/), call['call_id']);
    expect(given.logged('call.placed')).toMatchObject([
      { call_id: call['call_id'], actor: expect.stringMatching(/^admin:/) },
    ]);
    expect(given.lines.join('\n')).not.toContain(phone_number.slice(2));
  });

  it('is refused where the dialer cannot say whether dialing is stopped: fail closed (TC-27)', async () => {
    given.isStopped.mockRejectedValueOnce(new Error('away'));
    const response = await given.send('POST', '/api/calls', { phone_number: nextNumber(), consent: CONSENT });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([409, 'kill_switch']);
  });

  it('stands although the dialer could not be reached: the sweep enqueues it', async () => {
    given.enqueue.mockRejectedValueOnce(new Error('overloaded'));
    const response = await given.send('POST', '/api/calls', { phone_number: nextNumber(), consent: CONSENT });
    expect(response.status).toBe(201);
    expect(given.logged('call.not_enqueued')).toHaveLength(1);
  });

  it('is 409 with the code of the gate and the decision it stored', async () => {
    const response = await given.send('POST', '/api/calls', { phone_number: nextNumber() });
    expect(response.status).toBe(409);
    expect(await jsonOf(response)).toMatchObject({
      status: 409,
      title: 'Conflict',
      code: 'no_consent',
      decision_id: expect.stringMatching(/^dec_/),
    });
    expect(given.enqueue).not.toHaveBeenCalled();
  });

  it('is 409 for a number that is being called already', async () => {
    const body = { phone_number: nextNumber(), consent: CONSENT };
    await given.send('POST', '/api/calls', body);
    const again = await given.send('POST', '/api/calls', body);
    expect(again.status).toBe(409);
    expect(await jsonOf(again)).toMatchObject({ code: 'already_reserved' });
  });

  it.each([
    [{ patient_id: 'pat_nobody' }, '/patient_id'],
    [{ questionnaire: 'no-such' }, '/questionnaire'],
  ])('is 422 for what does not exist: %j', async (extra, pointer) => {
    const response = await given.send('POST', '/api/calls', { phone_number: nextNumber(), consent: CONSENT, ...extra });
    expect(response.status).toBe(422);
    expect(await jsonOf(response)).toMatchObject({ errors: [{ pointer, code: 'unknown' }] });
  });

  it('is 422 for a bad number (S1-E01)', async () => {
    const response = await given.send('POST', '/api/calls', { phone_number: '+999', consent: CONSENT });
    expect(await jsonOf(response)).toMatchObject({ errors: [{ pointer: '/phone_number', code: 'bad_number' }] });
  });
});

describe('GET /api/calls', () => {
  it('masks numbers, filters and pages (S1-E02)', async () => {
    const first = await givenCall(given);
    const second = await givenCall(given);
    await endCall(given, first);
    const page = await jsonOf(await given.request('/api/calls?limit=1'));
    expect(page).toMatchObject({
      items: [{ call_id: second.call.id, phone_number: `•••• ${second.call.phoneNumber.slice(-4)}` }],
      next_cursor: `${second.call.createdAt}.${second.call.id}`,
    });
    const next = await jsonOf(await given.request(`/api/calls?limit=1&cursor=${page['next_cursor']}`));
    expect(next).toMatchObject({ items: [{ call_id: first.call.id }] });
    const ended = await jsonOf(await given.request(`/api/calls?status=completed&patient_id=${first.patient.id}`));
    expect(ended).toMatchObject({ items: [{ call_id: first.call.id, status: 'completed' }], next_cursor: null });
    const later = await jsonOf(await given.request('/api/calls?from=2999-01-01T00:00:00Z'));
    expect(later).toEqual({ items: [], next_cursor: null });
    const text = await (await given.request('/api/calls')).text();
    expect(text).not.toMatch(/\+1\d{10}/);
  });
});

describe('GET /api/calls?flagged', () => {
  const idsOf = async (query: string) => {
    const { items } = await jsonOf(await given.request(`/api/calls?limit=200&${query}`));
    return (items as { call_id: string }[]).map(({ call_id }) => call_id);
  };

  it('tells calls with a red flag from the others, from the moment of the flag', async () => {
    const [plain, flagged, over] = [await givenCall(given), await givenCall(given), await givenCall(given)];
    await openedTask(given, flagged);
    await endCall(given, over, { record: { redFlags: 2 } });
    const [yes, no] = [await idsOf('flagged=true'), await idsOf('flagged=false')];
    expect(yes).toEqual(expect.arrayContaining([flagged.call.id, over.call.id]));
    expect(yes).not.toContain(plain.call.id);
    expect(no).toContain(plain.call.id);
    expect(no).not.toContain(flagged.call.id);
    expect(await idsOf(`flagged=true&status=completed&patient_id=${over.patient.id}`)).toEqual([over.call.id]);
    expect(await jsonOf(await given.request(`/api/calls/${over.call.id}`))).toMatchObject({ red_flags: 2 });
  });

  it.each(['1', 'yes', ''])('takes true and false, not %j', async (value) => {
    const response = await given.request(`/api/calls?flagged=${value}`);
    expect(response.status).toBe(422);
    expect(await jsonOf(response)).toMatchObject({ errors: [{ pointer: '/flagged' }] });
  });
});

describe('a caller who hides the number', () => {
  it('is “anonymous” in lists too: there is nothing to mask', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { number: 'anonymous', record: { status: 'partial' }, note: null });
    const { items } = await jsonOf(await given.request(`/api/calls?patient_id=${made.patient.id}`));
    expect(items).toMatchObject([{ phone_number: 'anonymous' }]);
    const html = await (await given.request('/dashboard/calls')).text();
    expect(html).toContain('Number withheld');
    // Nobody we know: no note, and none will come.
    const response = await given.request(`/api/calls/${made.call.id}/intake-data`);
    expect([response.status, (await jsonOf(response))['code']]).toEqual([404, 'no_note']);
  });
});

describe('one call', () => {
  it('is 404 for an unknown id, in every view, and asks no session', async () => {
    for (const id of [UNKNOWN, 'call_x', 'pat_0199f3c2-7f4e-7000-8000-000000000001', '..%2f', `${UNKNOWN}'`]) {
      for (const view of ['', '/events', '/transcripts', '/intake-data']) {
        const response = await given.request(`/api/calls/${id}${view}`);
        expect(response.status).toBe(404);
        expect(await jsonOf(response)).toMatchObject({ code: 'not_found' });
      }
      expect((await given.request(`/api/calls/${id}/hangup`, { method: 'POST' })).status).toBe(404);
    }
    expect(given.session.liveView).not.toHaveBeenCalled();
  });

  it('is asked of its session while it lives', async () => {
    const { call } = await givenCall(given);
    const record = recordOf({ status: 'in_progress', endedAt: null, hangupCause: null });
    given.session.liveView = async () => ({ record, log: logOf() });
    const live = await jsonOf(await given.request(`/api/calls/${call.id}`));
    expect(live).toMatchObject({
      status: 'in_progress',
      phone_number: call.phoneNumber,
      answered_at: '2026-11-20T15:00:00.000Z',
    });
    expect(await jsonOf(await given.request(`/api/calls/${call.id}/events`))).toEqual({
      items: [
        {
          event_id: 'ev1',
          type: 'call.answered',
          at: '2026-11-20T15:00:00.000Z',
          received_at: '2026-11-20T15:00:00.090Z',
          effect: 'applied',
          commands: ['gather_using_speak'],
        },
        {
          event_id: 'ev1',
          type: 'call.answered',
          at: '2026-11-20T15:00:00.000Z',
          received_at: '2026-11-20T15:00:00.900Z',
          effect: 'duplicate',
          commands: [],
        },
      ],
      next_cursor: null,
    });
    const missing = await given.request(`/api/calls/${call.id}/intake-data`);
    expect([missing.status, (await jsonOf(missing))['code']]).toEqual([404, 'not_ready']);
  });

  it('is read from D1 once it is over (S1-E03)', async () => {
    const made = await givenCall(given);
    const path = `/api/calls/${made.call.id}`;
    await endCall(given, made);
    expect(await jsonOf(await given.request(path))).toMatchObject({
      status: 'completed',
      identity: 'verified',
      consent: { collection: 'given', recording: 'given', at: new Date(ANSWERED_AT + 20_000).toISOString() },
      duration_seconds: 184,
      hangup_cause: 'normal_clearing',
      recording: { status: 'pending', duration_seconds: 171, bytes: null },
      telnyx: { call_control_id: 'v3:control', call_leg_id: 'leg', call_session_id: 'session' },
    });
    expect(await jsonOf(await given.request(`${path}/transcripts`))).toMatchObject({
      items: [
        { speaker: 'agent', confidence: null },
        {
          speaker: 'patient',
          text: 'tight chest since yesterday',
          timestamp: new Date(ANSWERED_AT + 41_250).toISOString(),
          confidence: 0.93,
          offset_ms: null,
          item: 'hpi.chief_complaint',
          source: 'live',
        },
      ],
      next_cursor: null,
    });
    expect(await jsonOf(await given.request(`${path}/intake-data`))).toMatchObject({
      call_id: made.call.id,
      status: 'complete',
      patient_info: { phone_number: made.call.phoneNumber, date_of_birth: '1980-04-12' },
      hpi: { pain_level: { state: 'answered', value: 0 } },
      red_flags: [],
      recording: { status: 'pending', format: null, duration_seconds: 171 },
    });
    expect(given.session.liveView).not.toHaveBeenCalled();
  });

  it('that settles between two questions is read again', async () => {
    const made = await givenCall(given);
    given.session.liveView = async () => {
      await endCall(given, made);
      return null;
    };
    expect(await jsonOf(await given.request(`/api/calls/${made.call.id}`))).toMatchObject({ status: 'completed' });
  });

  it('whose end leaves no note says so', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { record: { status: 'no_answer', answeredAt: null }, note: null });
    const response = await given.request(`/api/calls/${made.call.id}/intake-data`);
    expect([response.status, (await jsonOf(response))['code']]).toEqual([404, 'no_note']);
  });

  it('is 503 and retryable when its session does not answer', async () => {
    const { call } = await givenCall(given);
    given.session.liveView = async () => {
      throw new Error('broken');
    };
    const response = await given.request(`/api/calls/${call.id}`);
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('2');
  });

  it('is hung up: 202 while it lives, 409 when it is over (S1-E04)', async () => {
    const made = await givenCall(given);
    const path = `/api/calls/${made.call.id}/hangup`;
    given.session.requestHangup = async () => 'accepted';
    const accepted = await given.request(path, { method: 'POST' });
    expect([accepted.status, await jsonOf(accepted)]).toEqual([202, { call_id: made.call.id }]);
    given.session.requestHangup = async () => 'not_live';
    expect((await given.request(path, { method: 'POST' })).status).toBe(409);
    await endCall(given, made);
    given.session.requestHangup = async () => 'accepted';
    const over = await given.request(path, { method: 'POST' });
    expect([over.status, (await jsonOf(over))['code']]).toEqual([409, 'not_live']);
  });

  it('leaves audit lines with its id and no patient data', async () => {
    const made = await givenCall(given, { firstName: 'Canary', lastName: 'Sentinel' });
    await endCall(given, made);
    for (const view of ['', '/events', '/transcripts', '/intake-data'])
      await given.request(`/api/calls/${made.call.id}${view}`);
    await given.request(`/dashboard/calls/${made.call.id}`);
    expect(given.logged('audit')).toHaveLength(5);
    expect(given.logged('audit')[0]).toMatchObject({
      audit: 'call.read',
      call_id: made.call.id,
      route: '/api/calls/:call_id',
      phi: true,
    });
    expect(given.lines.join('\n')).not.toMatch(/Canary|Sentinel|1980-04-12|tight chest|\+1202/);
  });
});
