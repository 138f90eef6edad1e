/** The exact requests: names, fields and nothing more, sent once each. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command, CommandBody } from '../../src/domain/intake/command.ts';
import { createTelnyxClient, type LineCommand, SEND_TIMEOUT_MS } from '../../src/telnyx/client.ts';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { type Action, CALL_IDS, FakeTelnyx, hang, html, networkError, refused } from '../support/fake-telnyx.ts';
import { IDS } from '../support/given-events.ts';
import { givenPlan } from '../support/given-plan.ts';

const API_BASE = 'https://api.telnyx.com/v2';
const plan = givenPlan();
const SETTINGS = {
  apiKey: 'KEY0123',
  apiBase: API_BASE,
  connectionId: '1684641123236054244',
  publicUrl: 'https://intake.example',
  voices: { en: 'Telnyx.KokoroTTS.af', es: 'Telnyx.KokoroTTS.ef_dora' },
  transcriptionModel: 'openai/whisper-large-v3-turbo',
};
const client = createTelnyxClient(SETTINGS);

let telnyx: FakeTelnyx;
beforeEach(() => {
  telnyx = new FakeTelnyx(API_BASE);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const command = <T extends Command = LineCommand>(body: CommandBody): T => ({ seq: 7, createdAt: 0, ...body }) as T;
const send = (body: CommandBody) => client.send(plan, IDS.callControlId, command(body));
const question = (language: 'en' | 'es' = 'en'): CommandBody => ({
  name: 'gather_using_speak',
  step: 'hpi.pain_level',
  payload: 'How bad is the pain?',
  language,
  maximumDigits: 3,
  timeoutMs: 8000,
  interDigitTimeoutMs: 4000,
});

describe('the dial', () => {
  it('is this request and no other field: never one of the recorder (RC-02, S1-A2)', async () => {
    expect(await client.dial(plan, command<Command>({ name: 'dial' }))).toEqual({ ok: true, value: IDS });
    const [dial] = telnyx.requests;
    expect([dial?.method, dial?.path]).toEqual(['POST', '/calls']);
    expect(dial?.body).toEqual({
      connection_id: '1684641123236054244',
      to: '+12025550143',
      from: '+12025550101',
      timeout_secs: 30,
      retry_on_timeout: false,
      time_limit_secs: 3600,
      answering_machine_detection: 'premium',
      webhook_url: 'https://intake.example/webhooks/telnyx',
      webhook_url_method: 'POST',
      client_state: encodeClientState({ callId: 'call_1', step: 'dial', seq: 0 }),
      command_id: 'call_1:7',
    });
    expect(dial?.headers.get('authorization')).toBe('Bearer KEY0123');
    expect(dial?.headers.get('content-type')).toBe('application/json');
  });

  it.each([
    ['no data', {}],
    ['no ids', { data: { record_type: 'call' } }],
    ['one id missing', { data: { ...CALL_IDS, call_leg_id: '' } }],
  ])('answered with %s is neither yes nor no', async (_, body) => {
    telnyx.next('dial', () => Response.json(body));
    expect(await client.dial(plan, command<Command>({ name: 'dial' }))).toEqual({ ok: true, value: null });
  });
});

describe('a command on the line', () => {
  it('question: maximum_digits, never max_digits (Z1); one try; its own client_state (S1-F04)', async () => {
    expect(await send(question())).toEqual({ ok: true, value: null });
    expect(telnyx.requests[0]?.path).toBe('/calls/v3:control/actions/gather_using_speak');
    expect(telnyx.requests[0]?.body).toEqual({
      payload: 'How bad is the pain?',
      voice: 'Telnyx.KokoroTTS.af',
      minimum_digits: 1,
      maximum_digits: 3,
      maximum_tries: 1,
      terminating_digit: '#',
      valid_digits: '0123456789*',
      timeout_millis: 8000,
      inter_digit_timeout_millis: 4000,
      client_state: encodeClientState({ callId: 'call_1', step: 'hpi.pain_level', seq: 7 }),
      command_id: 'call_1:7',
    });
  });

  it('question: in Spanish by the Spanish voice', async () => {
    await send(question('es'));
    expect(telnyx.requests[0]?.body['voice']).toBe('Telnyx.KokoroTTS.ef_dora');
  });

  it.each<[CommandBody, object]>([
    [
      { name: 'speak', payload: 'Goodbye.', language: 'en' },
      { payload: 'Goodbye.', voice: 'Telnyx.KokoroTTS.af' },
    ],
    [
      { name: 'speak', payload: 'A message.', language: 'es', step: 'message.audio' },
      { payload: 'A message.', voice: 'Telnyx.KokoroTTS.ef_dora' },
    ],
    [
      { name: 'playback_start', step: 'message.audio', url: 'https://intake.example/media/m/h.wav', audioType: 'wav' },
      { audio_url: 'https://intake.example/media/m/h.wav', audio_type: 'wav' },
    ],
    [{ name: 'gather_stop' }, {}],
    [{ name: 'playback_stop' }, { stop: 'all' }],
    [{ name: 'record_start' }, { channels: 'dual', format: 'mp3' }],
    [{ name: 'record_stop' }, {}],
    [
      { name: 'transcription_start', language: 'en' },
      {
        transcription_engine: 'Telnyx',
        transcription_engine_config: {
          transcription_engine: 'Telnyx',
          language: 'en',
          transcription_model: 'openai/whisper-large-v3-turbo',
        },
        transcription_tracks: 'inbound',
      },
    ],
    [{ name: 'transcription_stop' }, {}],
    [{ name: 'hangup' }, {}],
  ])('%j carries its own fields and the command_id, no client_state (SE-03)', async (body, expected) => {
    expect(await send(body)).toEqual({ ok: true, value: null });
    expect(telnyx.requests[0]?.path).toBe(`/calls/v3:control/actions/${body.name}`);
    expect(telnyx.requests[0]?.body).toEqual({ ...expected, command_id: 'call_1:7' });
  });

  it('transcription: in the language of the call, by the model that was chosen, and never of our own prompts', async () => {
    const tiny = createTelnyxClient({ ...SETTINGS, transcriptionModel: 'openai/whisper-tiny' });
    await tiny.send(plan, IDS.callControlId, command({ name: 'transcription_start', language: 'es' }));
    expect(telnyx.requests[0]?.body).toMatchObject({
      transcription_engine_config: { language: 'es', transcription_model: 'openai/whisper-tiny' },
      transcription_tracks: 'inbound',
    });
  });

  it('answer: with our webhook address and client_state, for none was set before; never a recording parameter', async () => {
    expect(await send({ name: 'answer' })).toEqual({ ok: true, value: null });
    expect(telnyx.requests[0]?.path).toBe('/calls/v3:control/actions/answer');
    expect(telnyx.requests[0]?.body).toEqual({
      webhook_url: 'https://intake.example/webhooks/telnyx',
      webhook_url_method: 'POST',
      client_state: encodeClientState({ callId: 'call_1', step: 'answer', seq: 7 }),
      command_id: 'call_1:7',
    });
  });

  it('transfer: from our number, to a leg with its own client_state and the same webhook address', async () => {
    await send({ name: 'transfer', to: '+12025550109', timeoutSeconds: 30 });
    expect(telnyx.requests[0]?.path).toBe('/calls/v3:control/actions/transfer');
    expect(telnyx.requests[0]?.body).toEqual({
      to: '+12025550109',
      from: '+12025550101',
      timeout_secs: 30,
      target_leg_client_state: encodeClientState({ callId: 'call_1', step: 'leg_b', seq: 7 }),
      webhook_url: 'https://intake.example/webhooks/telnyx',
      webhook_url_method: 'POST',
      command_id: 'call_1:7',
    });
  });

  it.each<[string, Action, ReturnType<typeof refused>, object]>([
    ['500', 'hangup', refused(500, '10007'), { kind: 'retryable', code: '10007', status: 500 }],
    ['429', 'hangup', refused(429, '10011'), { kind: 'retryable', code: '10011', status: 429 }],
    ['409', 'hangup', refused(409, '10007'), { kind: 'permanent', code: '10007', status: 409 }],
    ['90018', 'hangup', refused(422, '90018'), { kind: 'call_ended', code: '90018', status: 422 }],
    ['HTML', 'hangup', html(502), { kind: 'retryable', code: 'http_502', status: 502 }],
    ['no network', 'hangup', networkError, { kind: 'retryable', code: 'no_answer', status: null }],
  ])('answered with %s is one request, and the caller decides', async (_, action, answer, failure) => {
    telnyx.next(action, answer);
    expect(await send({ name: 'hangup' })).toMatchObject({ ok: false, failure });
    expect(telnyx.requests).toHaveLength(1);
  });

  it('is given up after 4 s, in one request', async () => {
    vi.useFakeTimers();
    telnyx.next('hangup', hang);
    let result: unknown = 'waiting';
    void send({ name: 'hangup' }).then((sent) => {
      result = sent;
    });
    await vi.advanceTimersByTimeAsync(SEND_TIMEOUT_MS - 1);
    expect([SEND_TIMEOUT_MS, result]).toEqual([4000, 'waiting']);
    await vi.advanceTimersByTimeAsync(1);
    expect(result).toMatchObject({ ok: false, failure: { kind: 'retryable', code: 'no_answer', status: null } });
    expect(telnyx.requests).toHaveLength(1);
  });
});

describe('whether a call lives', () => {
  it.each([
    ['alive', () => Response.json({ data: { ...CALL_IDS, is_alive: true } }), true],
    ['over', () => Response.json({ data: { ...CALL_IDS, is_alive: false } }), false],
    ['forgotten', refused(404, '10005'), null],
    ['without a word', () => Response.json({ data: {} }), null],
  ])('%s', async (_, answer, value) => {
    telnyx.next('retrieve_call', answer);
    expect(await client.isAlive(IDS.callControlId)).toEqual({ ok: true, value });
    expect([telnyx.requests[0]?.method, telnyx.requests[0]?.path]).toEqual(['GET', '/calls/v3:control']);
  });

  it('is not known while Telnyx fails', async () => {
    telnyx.next('retrieve_call', refused(503, '10007'));
    expect(await client.isAlive(IDS.callControlId)).toMatchObject({ ok: false, failure: { kind: 'retryable' } });
  });
});

describe('the search for a lost dial', () => {
  const ours = {
    record_type: 'call',
    ...CALL_IDS,
    client_state: encodeClientState({ callId: 'call_1', step: 'dial', seq: 0 }),
  };
  const other = { ...ours, client_state: encodeClientState({ callId: 'call_2', step: 'dial', seq: 0 }) };
  /** As the list of live calls is answered: cursors, and no number of pages. */
  const page = (data: unknown[], next?: string) => () =>
    Response.json({ data, meta: { total_items: data.length, next, cursors: next ? { after: next } : {} } });
  const logPage = (data: unknown[], number: number, total: number) => () =>
    Response.json({ data, meta: { page_number: number, total_pages: total, page_size: 250, total_results: 9 } });
  const logged = (call: unknown) => ({
    record_type: 'call_event',
    metadata: { webhook: { data: { payload: call } } },
  });

  it('looks through live calls, as many as Telnyx gives at a time', async () => {
    telnyx.next('active_calls', page([other, { client_state: null }, ours]));
    expect(await client.findDial(plan)).toEqual({ ok: true, value: IDS });
    expect(telnyx.actions).toEqual(['active_calls']);
    const [live] = telnyx.sent('active_calls');
    expect(live?.path).toBe('/connections/1684641123236054244/active_calls');
    expect([...(live?.query ?? [])]).toEqual([['page[size]', '250']]);
  });

  it('asks for no second page of them, which would be the first again, but the log', async () => {
    telnyx.always('active_calls', page([other], 'more'));
    expect(await client.findDial(plan)).toEqual({ ok: true, value: null });
    expect(telnyx.actions).toEqual(['active_calls', 'call_events']);
  });

  it('asks the log of our connection since the call was made; no number of a patient in the address (HS-09, SE-15)', async () => {
    telnyx.next('call_events', page([logged(ours)]));
    expect(await client.findDial(plan)).toEqual({ ok: true, value: IDS });
    expect([...(telnyx.sent('call_events')[0]?.query ?? [])].toSorted()).toEqual([
      ['filter[connection_id]', '1684641123236054244'],
      ['filter[occurred_at][gte]', '2026-11-20T15:00:00.000Z'],
      ['filter[type]', 'webhook'],
      ['page[size]', '250'],
    ]);
  });

  it('looks through the pages of the log, five at most', async () => {
    telnyx.next('call_events', logPage([logged(other)], 1, 3), logPage([logged(ours)], 2, 3));
    expect(await client.findDial(plan)).toEqual({ ok: true, value: IDS });
    expect(telnyx.sent('call_events').map(({ query }) => query.get('page[number]'))).toEqual([null, '2']);
    telnyx.always('call_events', logPage([logged(other)], 1, 99));
    expect(await client.findDial(plan)).toEqual({ ok: true, value: null });
    expect(telnyx.sent('call_events')).toHaveLength(7);
  });

  it.each([
    ['nothing', {}],
    ['a loop of depth', { a: { b: { c: { d: { e: { f: { g: { h: ours } } } } } } } }],
    ['another call', { payload: other }],
    ['text', 'call_1'],
  ])('finds none in a log whose metadata is %s', async (_, metadata) => {
    telnyx.next('call_events', page([{ metadata }]));
    expect(await client.findDial(plan)).toEqual({ ok: true, value: null });
  });

  it('tolerates a 404 of either, and no other failure', async () => {
    telnyx.next('active_calls', refused(404, '10005')).next('call_events', refused(404, '10005'));
    expect(await client.findDial(plan)).toEqual({ ok: true, value: null });
    telnyx.next('active_calls', refused(500, '10007'));
    expect(await client.findDial(plan)).toMatchObject({ ok: false, failure: { kind: 'retryable', status: 500 } });
  });
});
