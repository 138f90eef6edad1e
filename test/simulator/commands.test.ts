import { describe, expect, test } from 'vitest';
import { clientState, patient, rig } from './rig.ts';

const code = (answer: { errors: { code: string; source?: { pointer: string } }[] }) => answer.errors[0]?.code;
const pointer = (answer: { errors: { code: string; source?: { pointer: string } }[] }) =>
  answer.errors[0]?.source?.pointer;
const prompt = { payload: 'Hello.', voice: 'Telnyx.KokoroTTS.af' };

describe('Dial', () => {
  test('answers with ids alone, not yet alive (Z7)', async () => {
    const { dial } = await rig();
    const answer = await dial({ client_state: clientState('dial') });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.data).sort()).toEqual(
      ['call_control_id', 'call_leg_id', 'call_session_id', 'client_state', 'is_alive', 'record_type'].sort(),
    );
    expect(answer.data.is_alive).toBe(false);
  });

  test.each([
    ['no number', { to: undefined }, '10004', '/to'],
    ['no caller id', { from: undefined }, '10004', '/from'],
    ['no application', { connection_id: undefined }, '10004', '/connection_id'],
    ['an unknown application', { connection_id: '42' }, '10015', '/connection_id'],
    ['a national number', { to: '2025550143' }, '10016', '/to'],
    ['a caller id with spaces', { from: '+1 202 555 0100' }, '10016', '/from'],
    ['a ring timeout below 5 s', { timeout_secs: 4 }, '10033', '/timeout_secs'],
    ['a ring timeout in text', { timeout_secs: '30' }, '10033', '/timeout_secs'],
    ['an unknown detection mode', { answering_machine_detection: 'yes' }, '10032', '/answering_machine_detection'],
    ['a client_state that is not base64', { client_state: '{"s":1}' }, '90017', '/client_state'],
  ])('refuses %s', async (_name, body, wantedCode, wantedPointer) => {
    const { dial } = await rig();
    const answer = await dial(body);
    expect([answer.status, code(answer), pointer(answer)]).toEqual([422, wantedCode, wantedPointer]);
  });

  test('rings once for one command_id within 60 s, with the first answer again, and anew after it (Z9)', async () => {
    const { dial, engine, clock } = await rig();
    const first = await dial({ command_id: 'once' });
    await clock.advance(59_999);
    const second = await dial({ command_id: 'once' });
    expect(second.data).toEqual(first.data);
    expect(engine.calls()).toHaveLength(1);
    await clock.advance(1);
    await dial({ command_id: 'once' });
    expect(engine.calls()).toHaveLength(2);
  });

  test('keeps the 60 s window at any speed', async () => {
    const { dial, engine, clock } = await rig({ speed: 20 });
    await dial({ command_id: 'once' });
    await clock.advance(59_000);
    await dial({ command_id: 'once' });
    expect(engine.calls()).toHaveLength(1);
  });

  test('refuses the 151st dial within any 5 s with 429 and 90103', async () => {
    const { dial, clock } = await rig({ liveCalls: 1_000 });
    for (let index = 0; index < 100; index += 1) await dial();
    await clock.advance(3_000);
    for (let index = 0; index < 50; index += 1) expect((await dial()).status).toBe(200);
    const over = await dial();
    expect([over.status, code(over)]).toEqual([429, '90103']);
    await clock.advance(2_000);
    expect((await dial()).status).toBe(200);
  });

  test('refuses a call above the live-call limit with 403, a numeric code and D1', async () => {
    const { dial } = await rig({ liveCalls: 2 });
    await dial();
    await dial();
    const answer = await dial();
    expect(answer.status).toBe(403);
    expect(answer.errors[0].code).toBe(10010);
    expect(answer.errors[0].detail).toMatch(/D1$/);
    expect(answer.data.call_control_id).toMatch(/^v3:/);
  });
});

describe('Actions', () => {
  test('are refused on an unknown call with 90015', async () => {
    const { act } = await rig();
    expect(code(await act('v3:nobody', 'hangup'))).toBe('90015');
  });

  test('are refused before the answer with 90034, hangup aside', async () => {
    const { dial, act } = await rig();
    const { data } = await dial();
    expect(code(await act(data.call_control_id, 'speak', prompt))).toBe('90034');
    expect((await act(data.call_control_id, 'hangup')).status).toBe(200);
  });

  test('are refused after the end with 90018, hangup too', async () => {
    const { answered, act } = await rig();
    const id = await answered();
    expect((await act(id, 'hangup')).data).toEqual({ result: 'ok' });
    expect(code(await act(id, 'hangup'))).toBe('90018');
    expect(code(await act(id, 'speak', prompt))).toBe('90018');
  });

  test('a repeated command_id is accepted and does nothing, even after the end', async () => {
    const { answered, act, clock, events } = await rig();
    const id = await answered();
    await act(id, 'speak', { ...prompt, command_id: 'a' });
    await act(id, 'speak', { ...prompt, command_id: 'a' });
    await clock.advance(30_000);
    expect(events('call.speak.started')).toHaveLength(1);
    await act(id, 'hangup', { command_id: 'b' });
    expect((await act(id, 'hangup', { command_id: 'b' })).status).toBe(200);
  });

  test('a second transcription is refused with 90054, and not after the first was stopped', async () => {
    const { answered, act } = await rig();
    const id = await answered();
    await act(id, 'transcription_start');
    expect(code(await act(id, 'transcription_start'))).toBe('90054');
    await act(id, 'transcription_stop');
    expect((await act(id, 'transcription_start')).status).toBe(200);
  });

  test.each([
    ['gather_using_speak', { voice: 'female' }, '10004', '/payload'],
    ['gather_using_speak', { payload: 'Hello.' }, '10004', '/voice'],
    ['gather_using_speak', { ...prompt, payload: 'x'.repeat(3001) }, '10033', '/payload'],
    ['gather_using_speak', { ...prompt, maximum_digits: 0 }, '10033', '/maximum_digits'],
    ['gather_using_speak', { ...prompt, maximum_digits: 129 }, '10033', '/maximum_digits'],
    ['gather_using_speak', { ...prompt, timeout_millis: 120_001 }, '10033', '/timeout_millis'],
    ['gather_using_speak', { ...prompt, inter_digit_timeout_millis: 0 }, '10033', '/inter_digit_timeout_millis'],
    ['gather_using_speak', { ...prompt, maximum_tries: 129 }, '10033', '/maximum_tries'],
    ['speak', { ...prompt, payload_type: 'markdown' }, '10032', '/payload_type'],
    ['record_start', { format: 'mp3' }, '10004', '/channels'],
    ['record_start', { channels: 'single' }, '10004', '/format'],
    ['record_start', { channels: 'mono', format: 'mp3' }, '10032', '/channels'],
    ['playback_start', {}, '10004', '/audio_url'],
    ['transfer', {}, '10004', '/to'],
    ['answer', {}, '90102', undefined],
  ])('%s with %j is refused', async (name, body, wantedCode, wantedPointer) => {
    const { answered, act } = await rig();
    const answer = await act(await answered(), name, body);
    expect([answer.status, code(answer), pointer(answer)]).toEqual([422, wantedCode, wantedPointer]);
  });

  test('max_digits is ignored as by the real service: 128 digits and a pause; and told to whoever looks (Z1)', async () => {
    const { answered, ask, clock, engine, events } = await rig();
    const id = await answered();
    await ask(id, 'opening', { max_digits: 1 });
    await clock.advance(4_000);
    expect(events('call.dtmf.received')).toHaveLength(1);
    expect(events('call.gather.ended')).toHaveLength(0);
    await clock.advance(5_000);
    expect(events('call.gather.ended')).toHaveLength(1);
    expect(engine.warnings).toMatchObject([{ path: 'gather_using_speak', message: 'unknown parameter max_digits' }]);
  });

  test('client_state is null until set, then the last writer wins (Z9)', async () => {
    const { answered, act, clock, inbox } = await rig();
    const id = await answered();
    expect(inbox.map(({ event }) => event.payload.client_state)).toEqual([null, null]);
    await act(id, 'speak', { ...prompt, client_state: clientState('one') });
    await act(id, 'hangup', { client_state: clientState('two') });
    await clock.runUntilIdle();
    expect(inbox.at(-1)?.event.payload.client_state).toBe(clientState('two'));
  });
});

describe('Reads', () => {
  test('a call is known until ten minutes after its end', async () => {
    const { answered, act, api, clock } = await rig();
    const id = await answered({ client_state: clientState('dial') });
    const path = `/v2/calls/${encodeURIComponent(id)}`;
    expect((await api('GET', path)).data).toMatchObject({ is_alive: true, client_state: clientState('dial') });
    await act(id, 'hangup');
    await clock.advance(600_000);
    expect((await api('GET', path)).data).toMatchObject({ is_alive: false });
    await clock.advance(1);
    const gone = await api('GET', path);
    expect([gone.status, code(gone)]).toEqual([404, '10005']);
  });

  test('active calls are those that ring or talk', async () => {
    const { answered, act, api, engine, dial } = await rig();
    const id = await answered();
    await act(id, 'hangup');
    const { data } = await dial({ client_state: clientState('dial') });
    const list = await api('GET', `/v2/connections/${engine.connectionId}/active_calls`);
    expect(list.data).toMatchObject([{ call_control_id: data.call_control_id, client_state: clientState('dial') }]);
  });

  test('call events hold commands and webhooks of one leg', async () => {
    const { answered, act, api } = await rig();
    const id = await answered();
    await answered();
    await act(id, 'hangup');
    const { data } = await api('GET', `/v2/calls/${encodeURIComponent(id)}`);
    const list = await api('GET', '/v2/call_events', undefined, { 'filter[leg_id]': data.call_leg_id });
    expect(list.data.map((event: { type: string; name: string }) => `${event.type} ${event.name}`)).toEqual([
      'webhook call.initiated',
      'webhook call.answered',
      'command hangup',
      'webhook call.hangup',
    ]);
  });

  test.each([
    ['GET', '/v2/calls'],
    ['POST', '/v2/calls/v3:x/actions/fly'],
    ['GET', '/v2/unknown'],
    ['PUT', '/v2/calls'],
  ])('%s %s is 404 in the shape of Telnyx', async (method, path) => {
    const { api } = await rig();
    const answer = await api(method, path);
    expect([answer.status, code(answer)]).toEqual([404, '10005']);
  });

  test('a wrong key is 401 with 10009', async () => {
    const { engine } = await rig();
    for (const authorization of [undefined, 'Bearer KEY_OTHER', engine.apiKey]) {
      const answer = await engine.request({ method: 'GET', path: '/v2/call_events', headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { errors: [{ code: '10009' }] } });
    }
  });
});

describe('Faults of the API', () => {
  test('fail as often as asked, and only where asked', async () => {
    const { engine, dial, api } = await rig();
    engine.failNext({ path: /calls$/, method: 'POST', status: 503, code: '10007', times: 2 });
    expect((await api('GET', '/v2/call_events')).status).toBe(200);
    expect([(await dial()).status, (await dial()).status, (await dial()).status]).toEqual([503, 503, 200]);
    expect(engine.calls()).toHaveLength(1);
  });

  test('can lose the answer of a Dial that rang all the same', async () => {
    const { engine, dial } = await rig();
    engine.failNext({ path: /calls$/, status: 504, applied: true });
    expect((await dial()).status).toBe(504);
    expect(engine.calls()).toMatchObject([{ phone: patient, phase: 'ringing' }]);
  });

  test('can hang for ever, and can answer late', async () => {
    const { engine, dial, clock, types } = await rig();
    engine.failNext({ path: /calls$/, hang: true });
    const hung = await Promise.race([dial(), clock.advance(60_000).then(() => 'nothing')]);
    expect(hung).toBe('nothing');
    engine.failNext({ path: /calls$/, delayMs: 1_000 });
    const late = dial();
    await clock.advance(999);
    expect(types()).toEqual(['call.initiated']);
    await clock.advance(1);
    expect((await late).status).toBe(200);
  });
});
