/** The shell of a call: order, durability and repetition, whatever the core decides. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hang, html, networkError, refused, timeout } from '../support/fake-telnyx.ts';
import { BIRTH_DATE_KEYS } from '../support/given-plan.ts';
import { givenSession, SessionUnderTest } from '../support/given-session.ts';
import { catchLog, later, restore, START, stopClock, testEnv, until } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(() => {
  stopClock();
  lines = catchLog();
});
afterEach(restore);

const DAY = 24 * 3_600_000;
const logged = (event: string) => lines.filter((line) => line['event'] === event);

describe('start', () => {
  it('delivered twice: the second finds the call, and one dial is seen', async () => {
    const call = await givenSession();
    expect([await call.start(), await call.start()]).toEqual(['started', 'already']);
    await call.alarm();
    await call.evict();
    expect(await call.start()).toBe('already');
    await call.alarm();
    expect(call.telnyx.actions).toEqual(['dial']);
  });

  it('that could not be stored throws and leaves no call; the next one starts it', async () => {
    const call = await givenSession();
    await runInDurableObject(call.stub, (_, state) => {
      vi.spyOn(state.storage.kv, 'put').mockImplementationOnce(() => {
        throw new Error('disk full');
      });
    });
    await expect(call.start()).rejects.toThrow('disk full');
    expect(call.telnyx.actions).toEqual([]);
    expect(await call.start()).toBe('started');
    await call.alarm();
    expect(call.telnyx.actions).toEqual(['dial']);
  });
});

describe('a webhook', () => {
  it('delivered twice has one effect (SE-02, T06)', async () => {
    const call = await givenSession();
    await call.start();
    await call.alarm();
    const answered = call.event('call.answered');
    expect(await call.receive(answered)).toBe('applied');
    expect(await call.receive(answered)).toBe('duplicate');
    await call.alarm();
    expect(call.telnyx.sent('gather_using_speak')).toHaveLength(1);
  });

  it('delivered twice, after eviction in between, has one effect', async () => {
    const call = await givenSession();
    await call.answered();
    const gathered = call.event('call.gather.ended', { digits: '1', status: 'valid' });
    expect(await call.receive(gathered)).toBe('applied');
    await call.alarm();
    await call.evict();
    expect(await call.receive(gathered)).toBe('duplicate');
    await call.alarm();
    // That it was sent is only remembered with the next write; Telnyx ignores the same command_id for 60 s.
    expect(new Set(call.telnyx.commandIds('gather_using_speak')).size).toBe(2);
  });

  it('delivered twice at the same moment has one effect', async () => {
    const call = await givenSession();
    await call.answered();
    const gathered = call.event('call.gather.ended', { digits: '1', status: 'valid' });
    const both = await Promise.all([call.receive(gathered), call.receive(gathered)]);
    expect(both.toSorted()).toEqual(['applied', 'duplicate']);
  });

  it('out of order: the end of an older question does not answer the open one', async () => {
    const call = await givenSession();
    await call.answered();
    const opening = call.clientState;
    await call.keys('1');
    const state = await call.state();
    expect(await call.webhook('call.gather.ended', { digits: '2', status: 'valid' }, { clientState: opening })).toBe(
      'ignored',
    );
    expect(await call.state()).toEqual(state);
    expect(call.asked).toBe('birth_date');
  });

  it('out of order: answered before initiated asks the opening once, and initiated changes nothing', async () => {
    const call = await givenSession();
    await call.start();
    await call.alarm();
    expect(await call.webhook('call.answered')).toBe('applied');
    expect(await call.webhook('call.initiated')).toBe('ignored');
    expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak']);
    expect(await call.state()).toMatchObject({ phase: 'asking', question: { step: 'opening' } });
  });

  it('for a call this object never held is unknown, and stores nothing', async () => {
    const call = await givenSession();
    expect(await call.receive(call.event('call.answered'))).toBe('unknown');
    const left = await runInDurableObject(call.stub, async (_, state) => [
      [...state.storage.kv.list()].length,
      await state.storage.getAlarm(),
    ]);
    expect(left).toEqual([0, null]);
    expect([await call.stub.liveView(), await call.stub.isOver()]).toEqual([null, false]);
  });

  it('that cannot be stored throws, changes nothing in memory, and works when it is sent again', async () => {
    const call = await givenSession();
    await call.answered();
    const before = await call.stub.liveView();
    const put = await runInDurableObject(call.stub, (_, state) =>
      vi.spyOn(state.storage.kv, 'put').mockImplementation(() => {
        throw new Error('disk full');
      }),
    );
    const gathered = call.event('call.gather.ended', { digits: '1', status: 'valid' });
    await expect(call.receive(gathered)).rejects.toThrow('disk full');
    expect(await call.stub.liveView()).toEqual(before);
    put.mockRestore();
    expect(await call.receive(gathered)).toBe('applied');
    await call.alarm();
    expect(call.telnyx.sent('gather_using_speak')).toHaveLength(2);
  });
});

describe('after eviction', () => {
  it('state, answers and pending commands are what they were', async () => {
    const call = await givenSession();
    await call.consented();
    await call.keys('2');
    const before = await call.stored();
    await call.evict();
    expect(await call.stub.liveView()).toMatchObject({ record: { status: 'in_progress' } });
    expect(await call.stored()).toEqual(before);
    await call.keys('8');
    expect(await call.state()).toMatchObject({
      answers: { 'hpi.symptom_duration': { value: '1_to_3_days' }, 'hpi.pain_level': { value: 8 } },
    });
  });

  it('a command whose reply was lost goes again within 50 s, under the same command_id', async () => {
    const call = await givenSession();
    await call.answered();
    await call.keys('1');
    call.telnyx.next('gather_using_speak', hang);
    later(1000);
    await call.receive(call.event('call.gather.ended', { digits: BIRTH_DATE_KEYS, status: 'valid' }));
    await until(() => call.telnyx.sent('gather_using_speak').length === 3);
    await call.crash();
    later(49_000);
    await call.alarm();
    const ids = call.telnyx.commandIds('gather_using_speak');
    expect(ids).toHaveLength(4);
    expect(ids[3]).toBe(ids[2]);
    expect(call.asked).toBe('consent');
  });

  it('a command is never sent when it is older than 50 s: the silence timer asks again under a new id', async () => {
    const call = await givenSession();
    await call.answered();
    await call.keys('1');
    call.telnyx.next('gather_using_speak', hang);
    later(1000);
    await call.receive(call.event('call.gather.ended', { digits: BIRTH_DATE_KEYS, status: 'valid' }));
    await until(() => call.telnyx.sent('gather_using_speak').length === 3);
    await call.crash();
    later(50_001);
    await call.alarm();
    expect(call.telnyx.sent('gather_using_speak')).toHaveLength(3);
    expect(logged('command.dropped')).toMatchObject([{ command: 'gather_using_speak', call_id: call.callId }]);
    await call.after(25_000);
    expect(call.telnyx.actions.slice(-3)).toEqual(['retrieve_call', 'gather_stop', 'gather_using_speak']);
    expect(new Set(call.telnyx.commandIds('gather_using_speak')).size).toBe(4);
    expect(call.asked).toBe('consent');
  });

  it('the seq of a stopping command that went out under a new id is not given out again', async () => {
    const call = await givenSession();
    await call.consented();
    call.telnyx.next('hangup', refused(503, '10007'), hang);
    expect(await call.stub.requestHangup()).toBe('accepted');
    await until(() => call.telnyx.sent('hangup').length === 2);
    await call.crash();
    await call.alarm();
    await call.after(21_000);
    const [refusedId, unanswered, again, ...rest] = call.telnyx.commandIds('hangup');
    // The one without an answer goes again as it was; the one before it never, because Telnyx may have counted it.
    expect(again).toBe(unanswered);
    expect(new Set([refusedId, unanswered, ...rest]).size).toBe(2 + rest.length);
    expect(rest.length).toBeGreaterThan(0);
  });

  it('a stored call that cannot be opened throws, so that Telnyx sends the webhook again', async () => {
    const call = await givenSession();
    await call.answered();
    await runInDurableObject(call.stub, (_, state) => {
      const sealed = state.storage.kv.get<Uint8Array>('call') ?? new Uint8Array();
      state.storage.kv.put('call', sealed.with(40, (sealed[40] ?? 0) ^ 1));
    });
    await call.evict();
    await expect(call.receive(call.event('call.hangup'))).rejects.toThrow('does not open');
  });
});

describe('command failed and the alarm goes on', () => {
  it.each([
    ['503', refused(503, '10007')],
    ['429', refused(429, '10011')],
    ['a page of HTML', html(502)],
    ['no answer', timeout],
    ['no network', networkError],
  ])('after %s the same command goes again under the same command_id', async (_, answer) => {
    const call = await givenSession();
    call.telnyx.next('gather_using_speak', answer);
    await call.answered();
    const ids = call.telnyx.commandIds('gather_using_speak');
    expect([ids.length, ids[1]]).toEqual([2, ids[0]]);
    expect(logged('command.failed')).toMatchObject([{ kind: 'retryable', command: 'gather_using_speak', attempt: 1 }]);
    expect(JSON.stringify(lines)).not.toContain('2025550143');
  });

  it('waits longer each time, and gives up when the command is too old', async () => {
    const call = await givenSession();
    call.telnyx.always('gather_using_speak', refused(503, '10007'));
    await call.start();
    await call.alarm();
    const at: number[] = [];
    call.telnyx.always('gather_using_speak', () => {
      at.push(Date.now());
      return Response.json({}, { status: 503 });
    });
    await call.webhook('call.answered');
    const ids = call.telnyx.commandIds('gather_using_speak');
    const first = at.filter((_, i) => ids[i] === ids[0]);
    const waits = first.slice(1).map((time, i) => time - (first[i] ?? 0));
    expect(waits.slice(0, 5)).toEqual([500, 1000, 2000, 4000, 4000]);
    expect((first.at(-1) ?? 0) - (first[0] ?? 0)).toBeLessThanOrEqual(50_000);
    // The timers did not wait for it: Telnyx was asked, the question put anew, and in the end the patient told (CL-22).
    expect(new Set(ids).size).toBe(4);
    expect(call.telnyx.actions).toContain('retrieve_call');
    expect(call.telnyx.actions.at(-1)).toBe('speak');
    expect(call.said).toMatch(/^We are sorry, something went wrong on our side\./);
    await call.spoken();
    expect(call.telnyx.actions.at(-1)).toBe('hangup');
  });

  it('the runner dies when its own write fails, and the alarm takes up what is left', async () => {
    const call = await givenSession();
    await call.consented();
    call.telnyx.next('hangup', refused(503, '10007'));
    const put = await runInDurableObject(call.stub, (_, state) => {
      const kv = state.storage.kv;
      const real = kv.put.bind(kv);
      let writes = 0;
      return vi.spyOn(kv, 'put').mockImplementation((key, value) => {
        writes += 1;
        if (writes === 2) throw new Error('disk full');
        real(key, value);
      });
    });
    await call.stub.requestHangup();
    await until(() => put.mock.calls.length >= 2);
    put.mockRestore();
    await call.after(10_000);
    expect(call.telnyx.sent('hangup').length).toBe(2);
  });

  it('a hang-up goes again under a new command_id until Telnyx takes it', async () => {
    const call = await givenSession();
    await call.consented();
    call.telnyx.next('hangup', refused(500, '10007'), timeout, refused(429, '10011'));
    await call.stub.requestHangup();
    await call.alarm();
    const ids = call.telnyx.commandIds('hangup');
    expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
    expect(await call.state()).toMatchObject({ phase: 'hanging_up', outcome: 'partial' });
  });

  it('90018 on a question is a normal end: the hang-up event is awaited, then the note is written', async () => {
    const call = await givenSession();
    await call.consented();
    call.telnyx.next('gather_using_speak', refused(422, '90018'));
    await call.keys('2');
    expect(await call.state()).toMatchObject({ phase: 'hanging_up', outcome: 'partial', error: null });
    expect(call.telnyx.sent('hangup')).toEqual([]);
    await call.hangup();
    await call.after(5000);
    expect((await call.stored())?.savedAt).not.toBeNull();
    expect(await call.state()).toMatchObject({ hangup: { cause: 'normal_clearing' }, error: null });
  });

  it('90018 on the hang-up itself is success: nothing is sent again', async () => {
    const call = await givenSession();
    await call.consented();
    call.telnyx.next('hangup', refused(422, 90018));
    await call.stub.requestHangup();
    await call.alarm();
    await call.after(3000);
    expect(call.telnyx.sent('hangup')).toHaveLength(1);
    await call.hangup();
    expect(await call.state()).toMatchObject({ phase: 'ended' });
  });

  it('a question Telnyx refuses is no dead air: the patient is told, and staff get a task (CL-22)', async () => {
    const call = await givenSession();
    await call.consented();
    call.telnyx.next('gather_using_speak', refused(422, '10033'));
    await call.keys('2');
    expect(call.telnyx.actions.at(-1)).toBe('speak');
    expect(await call.state()).toMatchObject({
      phase: 'closing',
      error: 'telnyx_10033',
      tasks: ['voice_items', 'callback'],
    });
  });

  it('something new does not wait behind a command that waits to go again', async () => {
    const call = await givenSession();
    await call.consented();
    // The wait passes only when the test says so.
    const waits: number[] = [];
    vi.mocked(scheduler.wait).mockImplementation((ms) => {
      waits.push(ms);
      return new Promise(() => {});
    });
    call.telnyx.next('gather_using_speak', refused(503, '10007'));
    await call.receive(call.event('call.gather.ended', { digits: '2', status: 'valid' }));
    await until(() => waits.length === 1);
    await call.stub.requestHangup();
    await until(() => call.telnyx.actions.at(-1) === 'hangup');
    expect(call.telnyx.sent('hangup')).toHaveLength(1);
  });

  it('cron: wake goes on as the alarm would, and does nothing for a call it does not hold', async () => {
    const call = await givenSession();
    await call.consented();
    await runInDurableObject(call.stub, (_, state) => state.storage.deleteAlarm());
    later(76_000);
    await call.stub.wake();
    expect(call.telnyx.actions.slice(-3)).toEqual(['retrieve_call', 'gather_stop', 'gather_using_speak']);

    const other = new SessionUnderTest({ ...call.placed, callId: 'call_none' }, call.telnyx);
    await other.stub.wake();
    expect(await runInDurableObject(other.stub, (_, state) => state.storage.getAlarm())).toBeNull();
  });
});

describe('a wish to hang up', () => {
  it('that comes before the attempt: a hint already under way then starts nothing', async () => {
    const call = await givenSession();
    expect(await call.stub.requestHangup()).toBe('unstarted');
    await call.evict();
    expect(await call.stub.requestHangup()).toBe('unstarted');
    expect(await call.start()).toBe('canceled');
    await call.alarm();
    expect([call.telnyx.actions, await call.stub.isOver()]).toEqual([[], true]);
  });

  it('while it rings hangs up and is canceled', async () => {
    const call = await givenSession();
    await call.start();
    await call.alarm();
    expect(await call.stub.requestHangup()).toBe('accepted');
    await call.alarm();
    expect(call.telnyx.actions).toEqual(['dial', 'hangup']);
    await call.hangup({ hangup_cause: 'originator_cancel', hangup_source: 'caller', sip_hangup_cause: '487' });
    expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'canceled' });
  });

  it('while the dial is unanswered is kept, and carried out when the call is known', async () => {
    const call = await givenSession();
    call.telnyx.next('dial', hang);
    await call.start();
    await until(() => call.telnyx.actions.length === 1);
    expect(await call.stub.requestHangup()).toBe('accepted');
    await call.receive(call.event('call.initiated'));
    await until(() => call.state().then(({ phase }) => phase === 'hanging_up'));
    expect(await call.state()).toMatchObject({ outcome: 'canceled', hangupWanted: true });
    await call.crash();
    await call.alarm();
    expect(call.telnyx.sent('dial')).toHaveLength(1);
    expect(new Set(call.telnyx.commandIds('hangup')).size).toBe(1);
  });

  it('during the interview ends it as partial; asked twice it is sent once', async () => {
    const call = await givenSession();
    await call.consented();
    await call.stub.requestHangup();
    await call.stub.requestHangup();
    await call.alarm();
    expect(call.telnyx.sent('hangup')).toHaveLength(1);
    await call.hangup({ hangup_source: 'caller' });
    expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'partial' });
    expect(await call.stub.requestHangup()).toBe('not_live');
  });

  it('during the closing text keeps the outcome that was settled', async () => {
    const call = await givenSession();
    await call.answered();
    await call.keys('9');
    await call.stub.requestHangup();
    await call.alarm();
    expect(await call.state()).toMatchObject({ phase: 'hanging_up', outcome: 'opted_out' });
  });
});

describe('24 h after the note', () => {
  async function givenBuried() {
    const call = await givenSession();
    await call.consented();
    await call.hangup();
    await call.after(5000);
    await call.after(DAY - 1);
    expect(await call.stored()).not.toBeNull();
    await call.after(1);
    return call;
  }

  it('only the tombstone is left: the id and the final status', async () => {
    const call = await givenBuried();
    const left = await runInDurableObject(call.stub, async (_, state) => [
      [...state.storage.kv.list()],
      await state.storage.getAlarm(),
    ]);
    expect(left).toEqual([[['tombstone', { callId: call.callId, status: 'partial' }]], null]);
  });

  it('what comes late is late, and nothing starts, after eviction neither', async () => {
    const call = await givenBuried();
    const sent = call.telnyx.requests.length;
    expect(await call.receive(call.event('call.answered'))).toBe('late');
    await call.evict();
    expect(await call.receive(call.event('call.recording.saved', { recording_id: 'rec-1' }))).toBe('late');
    expect(await call.start()).toBe('already');
    expect([await call.stub.isOver(), await call.stub.requestHangup()]).toEqual([true, 'not_live']);
    await call.alarm();
    expect(call.telnyx.requests).toHaveLength(sent);
  });
});

describe('what lies in storage', () => {
  it('shows no name, number, birth date, question or answer', async () => {
    const call = await givenSession({ firstName: 'Canaryfirst', lastName: 'Canarylast' });
    await call.consented();
    await call.keys('2', '7');
    const raw = await runInDurableObject(call.stub, (_, state) =>
      JSON.stringify([...state.storage.kv.list()], (__, value) =>
        value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value,
      ),
    );
    for (const word of [
      'Canary',
      call.placed.patient.phoneNumber.slice(1),
      '1980-04-12',
      '04121980',
      'pain_level',
      '1_to_3_days',
      'consent',
      'asking',
    ]) {
      expect(raw).not.toContain(word);
    }
    expect(raw).toContain(call.placed.patient.id);
    expect(JSON.stringify(lines)).not.toMatch(/Canary|55501|1980-04|04121980|1_to_3_days/);
  });
});

describe('the list in D1', () => {
  it('is told when the status moves, and a failing mirror holds up nothing', async () => {
    const call = await givenSession();
    const status = async () =>
      (await testEnv.DB.prepare('select status from calls where id = ?').bind(call.callId).first<{ status: string }>())
        ?.status;
    await call.answered();
    await until(async () => (await status()) === 'in_progress');
    const prepare = vi.spyOn(testEnv.DB, 'prepare').mockImplementation(() => {
      throw new Error('D1_ERROR');
    });
    await call.keys('1');
    expect(call.asked).toBe('birth_date');
    prepare.mockRestore();
    expect(Date.now()).toBeGreaterThan(START);
  });
});
