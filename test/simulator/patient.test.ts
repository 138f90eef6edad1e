/** What a patient does when the next question comes while something is about to be pressed, or a read-back is put again. */
import { describe, expect, test } from 'vitest';
import type { Persona, Replies } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { starCommands } from '../../src/simulator/star-commands.ts';
import { type Delivered, rig } from './rig.ts';

const oneKey = { maximum_digits: 1, timeout_millis: 30_000 };

type Line = Awaited<ReturnType<typeof rig>>;

/** A call with a worker that answers each event at once. */
async function talking(
  keys: Replies,
  react: (line: Line, id: string, event: Delivered['event']) => void,
  more: Partial<Persona> = {},
  webhookLatencyMs = 0,
) {
  const persona = { ...(personas[0] as Persona), reactionMs: 1_000, ...more, keys };
  const line: Line = await rig({
    personas: [persona],
    webhookLatencyMs,
    answerWith: ({ event }) => {
      react(line, event.payload.call_control_id, event);
      return 200;
    },
  });
  const id = await line.answered();
  const record = () => line.engine.record(id)!;
  const pressed = () => record().presses.map(({ digit, ask }) => [digit, record().asks[ask ?? -1]?.step ?? null]);
  return { ...line, id, record, pressed };
}

function onStar(then: (line: Line, id: string) => unknown) {
  return (line: Line, id: string, { event_type, payload }: Delivered['event']): void => {
    if (event_type === 'call.gather.ended' && payload.digits === '*') void then(line, id);
  };
}

describe('The two keys of a command', () => {
  test.each([
    [0, ['*', 'pain'], ['8', 'command']],
    [50, ['*', 'pain'], ['8', 'command']],
    [140, ['*', 'pain'], ['8', 'command']],
    [350, ['*', 'pain'], ['8', null]],
    [1_000, ['*', 'pain'], ['8', null]],
  ])(
    'are both pressed when the worker hears of the first after %i ms and reads out the commands',
    async (latencyMs, first, second) => {
      const readOut = onStar((line, id) => line.ask(id, 'command', oneKey));
      const { ask, id, clock, pressed, record } = await talking({ pain: ['*8', '1'] }, readOut, {}, latencyMs);
      await ask(id, 'pain', oneKey);
      await clock.advance(20_000);
      expect(pressed()).toEqual([first, second]);
      expect(record().presses[1]!.at - record().presses[0]!.at).toBe(300);
      expect(starCommands(record())).toMatchObject([{ key: '8', ask: 0 }]);
    },
  );

  test('end the question the second falls into, which is answered when it is asked again', async () => {
    const goOn = onStar((line, id) => line.ask(id, 'meal', oneKey));
    const { ask, id, clock, pressed, events, record } = await talking({ pain: ['**'], meal: ['3', '4'] }, goOn);
    await ask(id, 'pain', oneKey);
    await clock.advance(20_000);
    expect(events('call.gather.ended').map(({ event }) => event.payload.digits)).toEqual(['*', '*', '3']);
    expect(pressed()).toEqual([
      ['*', 'pain'],
      ['*', 'meal'],
      ['3', 'meal'],
    ]);
    expect(record().asked).toEqual({ pain: 1, meal: 1 });
  });

  test('are not both pressed when the call ends between them', async () => {
    const hangUp = onStar((line, id) => line.act(id, 'hangup'));
    const { ask, id, clock, pressed } = await talking({ pain: ['*8'] }, hangUp);
    await ask(id, 'pain', oneKey);
    await clock.runUntilIdle();
    expect(pressed()).toEqual([['*', 'pain']]);
  });
});

describe('A new question', () => {
  test('replaces what was about to be pressed, a command too of which nothing has been pressed', async () => {
    const { ask, id, clock, pressed } = await talking({ pain: ['*8'], meal: ['3'] }, () => {});
    await ask(id, 'pain', oneKey);
    await clock.advance(500);
    await ask(id, 'meal', oneKey);
    await clock.advance(20_000);
    expect(pressed()).toEqual([['3', 'meal']]);
  });

  test('replaces the rest of any other entry', async () => {
    const goOn = (line: Line, id: string, { event_type, payload }: Delivered['event']): void => {
      if (event_type === 'call.gather.ended' && payload.digits === '1') void line.ask(id, 'meal', oneKey);
    };
    const { ask, id, clock, pressed } = await talking({ pain: ['12'], meal: ['3'] }, goOn);
    await ask(id, 'pain', oneKey);
    await clock.advance(20_000);
    expect(pressed()).toEqual([
      ['1', 'pain'],
      ['3', 'meal'],
    ]);
  });
});

describe('A read-back', () => {
  const words = { say: ['my back hurts', 'since Monday'] };
  const keys: Replies = { why: [words], 'why.confirm': ['verify'] };
  const readBack = (line: Line, id: string, payload: string) => line.ask(id, 'why.confirm', { ...oneKey, payload });
  const pressedBy = async (line: Awaited<ReturnType<typeof talking>>, ...prompts: string[]) => {
    await line.ask(line.id, 'why', { timeout_millis: 60_000 });
    await line.clock.advance(10_000);
    await line.act(line.id, 'gather_stop');
    for (const [index, payload] of prompts.entries()) {
      await readBack(line, line.id, payload);
      await line.clock.advance(index === prompts.length - 1 ? 20_000 : 1_500);
    }
    return line.record().keys;
  };

  test('that is put again before the key is judged by the newest prompt', async () => {
    const part = 'You said: my back hurts.';
    const all = 'You said: my back hurts since Monday.';
    expect(await pressedBy(await talking(keys, () => {}), part, all)).toBe('1');
    expect(await pressedBy(await talking(keys, () => {}), all, part)).toBe('2');
  });

  test('that is put again is no redo, however often', async () => {
    const wrong = 'You said: my bag hurts.';
    const line = await talking(keys, () => {}, { redosAtMost: 1 });
    expect(await pressedBy(line, wrong, wrong, wrong)).toBe('2');
    await line.ask(line.id, 'why', { timeout_millis: 60_000 });
    await line.clock.advance(10_000);
    await line.act(line.id, 'gather_stop');
    await readBack(line, line.id, wrong);
    await line.clock.advance(20_000);
    expect(line.record().keys).toBe('23');
  });

  test('whose key nobody hears is judged anew, by the same words', async () => {
    const line = await talking(keys, () => {});
    await line.ask(line.id, 'why', { timeout_millis: 60_000 });
    await line.clock.advance(10_000);
    await line.act(line.id, 'gather_stop');
    await readBack(line, line.id, 'You said: my back hurts.');
    await line.clock.advance(2_200);
    await line.act(line.id, 'gather_stop');
    await line.clock.advance(5_000);
    expect(line.pressed().at(-1)).toEqual(['2', null]);
    await readBack(line, line.id, 'You said: my back hurts since Monday.');
    await line.clock.advance(20_000);
    expect(line.record().keys).toBe('21');
  });

  test('is judged with everything said until the key, and only then is it forgotten', async () => {
    const line = await talking(keys, () => {});
    await pressedBy(line, 'You said: my back hurts.');
    expect(line.record().keys).toBe('2');
    await line.ask(line.id, 'why', { timeout_millis: 60_000 });
    await line.clock.advance(10_000);
    await line.act(line.id, 'gather_stop');
    await readBack(line, line.id, 'You said: my back hurts since Monday.');
    await line.clock.advance(20_000);
    expect(line.record().keys).toBe('21');
  });
});
