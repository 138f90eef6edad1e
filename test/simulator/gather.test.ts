import { describe, expect, test } from 'vitest';
import { collectDigit, type GatherQuirks, type GatherRules, judgePause } from '../../src/simulator/collect-digit.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { rig } from './rig.ts';

const rules: GatherRules = { minimumDigits: 1, maximumDigits: 8, terminatingDigit: '#', validDigits: '0123456789#*' };
const quirks: GatherQuirks = { hashAlone: 'valid', shortEntry: 'timeout' };

/** Presses all keys, then lets the pause run out. */
function type(keys: string, changed: Partial<GatherRules> = {}, odd: Partial<GatherQuirks> = {}): string {
  const all = { ...rules, ...changed };
  const own = { ...quirks, ...odd };
  let digits = '';
  for (const key of keys) {
    const collected = collectDigit(all, own, digits, key);
    digits = collected.digits;
    if (collected.outcome !== 'more') return `${collected.outcome} ${digits}`;
  }
  return `pause ${judgePause(all, own, digits)} ${digits}`;
}

describe('Digits of one entry', () => {
  test.each([
    ['7#', {}, 'valid 7'],
    ['0#', {}, 'valid 0'],
    ['7', {}, 'pause valid 7'],
    ['#', {}, 'valid '],
    ['12345678', {}, 'valid 12345678'],
    ['5', { maximumDigits: 1 }, 'valid 5'],
    ['04#', { minimumDigits: 8 }, 'invalid 04'],
    ['04', { minimumDigits: 8 }, 'pause timeout 04'],
    ['9', { validDigits: '123' }, 'invalid 9'],
    ['19', { validDigits: '123' }, 'invalid 19'],
    ['*', { validDigits: '123*', maximumDigits: 1 }, 'valid *'],
    ['1#2', { terminatingDigit: '', validDigits: '0123456789#' }, 'pause valid 1#2'],
    ['1*', { terminatingDigit: '*' }, 'valid 1'],
  ] as const)('%s with %j is %s', (keys, changed, wanted) => {
    expect(type(keys, changed)).toBe(wanted);
  });

  test('# alone is invalid, and a short entry too, where an account is like that', () => {
    expect(type('#', {}, { hashAlone: 'invalid' })).toBe('invalid ');
    expect(type('04', { minimumDigits: 8 }, { shortEntry: 'invalid' })).toBe('pause invalid 04');
  });
});

function persona(keys: Persona['keys'], more: Partial<Persona> = {}): Persona {
  return { ...(personas[0] as Persona), keys, ...more };
}

describe('gather_using_speak', () => {
  test('sends each key, then one end without the closing #, and no speak events (Z5, Z8)', async () => {
    const { answered, ask, clock, types, events, engine } = await rig({ personas: [persona({ pain: ['10#'] })] });
    const id = await answered();
    await ask(id, 'pain');
    await clock.advance(30_000);
    expect(types().slice(2)).toEqual([
      'call.dtmf.received',
      'call.dtmf.received',
      'call.dtmf.received',
      'call.gather.ended',
    ]);
    expect(events('call.dtmf.received').map(({ event }) => event.payload.digit)).toEqual(['1', '0', '#']);
    expect(events('call.gather.ended')[0]?.event.payload).toMatchObject({ digits: '10', status: 'valid' });
    expect(engine.record(id)?.entries).toMatchObject({ pain: { digits: '10' } });
  });

  test('ends with timeout and no digits, only after the prompt and the whole wait', async () => {
    const { answered, ask, clock, events } = await rig({ personas: [persona({})] });
    const id = await answered();
    await ask(id, 'pain', { timeout_millis: 8_000 });
    await clock.advance(9_700);
    expect(events('call.gather.ended')).toHaveLength(0);
    await clock.advance(300);
    expect(events('call.gather.ended')[0]?.event.payload).toMatchObject({ digits: '', status: 'timeout' });
  });

  test('asks again as often as maximum_tries says, and ends once', async () => {
    const observed: string[] = [];
    const { answered, ask, clock, events, engine } = await rig({
      personas: [persona({ pain: ['', '4', '2'] })],
      onObservation: (seen) => seen.type === 'prompt' && observed.push(seen.text ?? ''),
    });
    const id = await answered();
    const more = { maximum_tries: 3, valid_digits: '123', invalid_payload: 'Not that one.', timeout_millis: 5_000 };
    await ask(id, 'pain', { ...more, maximum_digits: 1 });
    await clock.advance(60_000);
    expect(observed).toEqual(['Please press a key.', 'Please press a key.', 'Not that one.']);
    expect(engine.record(id)?.asked).toEqual({ pain: 3 });
    expect(events('call.gather.ended').map(({ event }) => event.payload.status)).toEqual(['valid']);
  });

  test('ends invalid when the last try is a key that is not allowed', async () => {
    const { answered, ask, clock, events } = await rig({ personas: [persona({ pain: ['9'] })] });
    await ask(await answered(), 'pain', { valid_digits: '123' });
    await clock.advance(20_000);
    expect(events('call.gather.ended')[0]?.event.payload).toMatchObject({ digits: '9', status: 'invalid' });
  });

  test('a key interrupts the prompt', async () => {
    const { answered, ask, clock, events } = await rig({
      personas: [persona({ pain: ['3'] }, { interrupts: true, reactionMs: 500 })],
    });
    const id = await answered();
    await ask(id, 'pain', { payload: 'A very long question. '.repeat(40), maximum_digits: 1 });
    await clock.advance(1_000);
    expect(events('call.gather.ended')[0]?.event.payload).toMatchObject({ digits: '3', status: 'valid' });
  });

  test('gather_stop ends it with cancelled, and ends nothing when none is open', async () => {
    const { answered, ask, act, clock, events } = await rig({ personas: [persona({})] });
    const id = await answered();
    await ask(id, 'pain');
    await act(id, 'gather_stop');
    await act(id, 'gather_stop');
    await clock.advance(120_000);
    expect(events('call.gather.ended').map(({ event }) => event.payload.status)).toEqual(['cancelled']);
  });

  test('gather_stop gives the digits so far', async () => {
    const { answered, ask, act, clock, events, engine } = await rig({ personas: [persona({ pain: ['12'] })] });
    const id = await answered();
    await ask(id, 'pain', { inter_digit_timeout_millis: 20_000 });
    await clock.advance(5_000);
    await act(id, 'gather_stop');
    await clock.advance(100);
    expect(events('call.gather.ended')[0]?.event.payload).toMatchObject({ digits: '12', status: 'cancelled' });
    const eventId = events('call.gather.ended')[0]?.event.id;
    expect(engine.record(id)?.asks).toMatchObject([{ step: 'pain', keys: '12', outcome: 'cancelled', eventId }]);
    expect(engine.record(id)?.presses.map(({ digit, ask: into }) => [digit, into])).toEqual([
      ['1', 0],
      ['2', 0],
    ]);
  });

  test('a hang-up in the middle ends it with call_hangup, before the hang-up itself', async () => {
    const { answered, ask, clock, types, events } = await rig({ personas: [persona({ pain: ['hangup'] })] });
    await ask(await answered(), 'pain');
    await clock.runUntilIdle();
    expect(types().slice(2)).toEqual(['call.gather.ended', 'call.hangup', 'call.cost']);
    expect(events('call.gather.ended')[0]?.event.payload.status).toBe('call_hangup');
    expect(events('call.hangup')[0]?.event.payload).toMatchObject({ hangup_source: 'callee' });
  });

  test('keys outside a gather are events and nothing more', async () => {
    const { answered, ask, clock, types } = await rig({ personas: [persona({ pain: ['123'] })] });
    await ask(await answered(), 'pain', { maximum_digits: 1 });
    await clock.advance(20_000);
    expect(types().slice(2)).toEqual([
      'call.dtmf.received',
      'call.gather.ended',
      'call.dtmf.received',
      'call.dtmf.received',
    ]);
  });

  test('speaks play one after another, and a gather asks when they are over', async () => {
    const { answered, ask, act, clock, types } = await rig({ personas: [persona({ pain: ['1'] })] });
    const id = await answered();
    for (const text of ['One.', 'Two.']) await act(id, 'speak', { payload: text, voice: 'female' });
    await ask(id, 'pain', { maximum_digits: 1 });
    await clock.advance(30_000);
    expect(types().slice(2)).toEqual([
      'call.speak.started',
      'call.speak.ended',
      'call.speak.started',
      'call.speak.ended',
      'call.dtmf.received',
      'call.gather.ended',
    ]);
  });
});
