/**
 * X2: the order in which webhooks arrive changes nothing. Whole calls are flown once; their events are then replayed against
 * the core.
 *
 * What is permuted: the arrival of every event of the call (webhooks, and the answer to Dial). An event may arrive at any
 * moment after it occurred, whatever has overtaken it meanwhile; it occurs as long after the last command Telnyx had taken as
 * it did in the recording, so nothing comes before the command that caused it, and what a question causes exists only once
 * that question is put. All that has occurred arrives before a timer of the session fires: a longer delay is a loss, which
 * `loss.test.ts` is about.
 *
 * What is compared: the note, without ids and times of writing and without times that a delay moves, but with the event each
 * answer came from; and every command sent, in order, by name, step and words. Where the other side ends the call, our own
 * hang-up is left out: it depends on which of two facts of the same moment is told first.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Command, isOwn } from '../../src/domain/intake/command.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import { FLIGHT_RUNS, FLIGHT_SEED } from './deep.ts';
import { differences } from './differences.ts';
import { type Choose, type RecordedCall, type RecordedEvent, Replay, recordCall } from './recorded-call.ts';
import { recordedPersonas } from './recorded-personas.ts';

/** A copy under another id is taken for news, and must still change nothing: each says again what is already known. */
const SAID_AGAIN: ReadonlySet<CallEvent['type']> = new Set([
  'call.initiated',
  'call.answered',
  'gather.ended',
  'machine.detected',
  'greeting.ended',
  'speak.ended',
  'call.hangup',
  'recording.saved',
]);

const outcomeOf = (replay: Replay) => ({
  note: replay.note,
  outcome: replay.status,
  commands: replay.commands.filter((command) => replay.call.endsByUs || command !== '{"name":"hangup"}'),
  tasks: replay.state.tasks,
});

/** What comes of it when one event comes as late as it may. */
const holdingBack =
  (late: RecordedEvent): Choose =>
  (ready) => {
    const other = ready.findIndex((recorded) => recorded !== late);
    return other === -1 ? 0 : other;
  };

describe.each(recordedPersonas)('the events of a call: $id', (persona) => {
  let call: RecordedCall;
  let expected: ReturnType<typeof outcomeOf>;

  beforeAll(async () => {
    call = await recordCall(persona);
    expected = outcomeOf(new Replay(call).run());
  });

  it('replay to the call that was recorded', () => {
    const replay = new Replay(call).run();
    expect(replay.ready()).toEqual([]);
    expect(replay.state.phase).toBe('ended');
    expect(replay.status).toBe(persona.expected.status);
    expect([replay.note, replay.commands]).toEqual([call.note, call.commands]);
  });

  it('change nothing when one comes twice', () => {
    for (const twice of call.events) {
      const replay = new Replay(call);
      replay.run(undefined, () => replay.has(twice));
      replay.deliver(twice);
      expect(outcomeOf(replay.run()), twice.event.type).toEqual(expected);
      replay.deliver(twice);
      expect(outcomeOf(replay.run()), `${twice.event.type} at the end`).toEqual(expected);
    }
  });

  it('change nothing when one is told again under another id', () => {
    for (const twice of call.events.filter(({ event }) => SAID_AGAIN.has(event.type))) {
      const copy: RecordedEvent = { ...twice, event: { ...twice.event, id: `${twice.event.id}:again` } };
      const replay = new Replay({ ...call, events: [...call.events, copy] });
      expect(outcomeOf(replay.run()), twice.event.type).toEqual(expected);
    }
  });

  it('change nothing when one comes as late as it may', () => {
    for (const late of call.events)
      expect(outcomeOf(new Replay(call).run(holdingBack(late))), late.event.type).toEqual(expected);
  });

  it(
    'change nothing in any order',
    () => {
      const order = fc.infiniteStream(fc.nat({ max: 9 }));
      fc.assert(
        fc.property(order, (choices) => {
          const choose: Choose = (ready) => (choices.next().value ?? 0) % Math.max(1, ready.length);
          expect(outcomeOf(new Replay(call).run(choose))).toEqual(expected);
        }),
        { numRuns: FLIGHT_RUNS, seed: FLIGHT_SEED },
      );
    },
    Math.max(60_000, FLIGHT_RUNS * 50),
  );

  it.each([
    ['before the note is written', 0],
    ['after the note is written', 10_000],
  ])('are stored when the hang-up overtakes them, %s', (_, laterMs) => {
    let cases = 0;
    const wrong: string[] = [];
    for (let cut = 1; cut < call.events.length; cut += 1) {
      const broken = new Replay(call).run(undefined, countdown(cut));
      const sentBefore = broken.commands;
      const heard = call.events.filter((recorded) => broken.has(recorded));
      broken.hangUp();
      broken.wait(20_000);
      for (let held = 1; held <= cut; held += 1) {
        const replay = new Replay(call).run(undefined, countdown(cut - held));
        const late = heard.filter((recorded) => !replay.has(recorded));
        // Not all of them can have occurred: one is what another led to.
        if (!late.every((recorded) => replay.ready().includes(recorded))) break;
        cases += 1;
        const what = `${cut}: ${late.map(({ event }) => event.type).join(', ')}`;
        const { commands } = replay;
        expect(commands, what).toEqual(sentBefore.slice(0, commands.length));
        replay.hangUp(late);
        replay.wait(laterMs);
        for (const recorded of late) replay.deliver(recorded);
        replay.wait(20_000);
        for (const difference of differences(replay.note, broken.note)) wrong.push(`${what}: ${difference}`);
        expect(replay.sent.slice(commands.length).filter(isForTheLine), what).toEqual([]);
      }
    }
    expect(wrong).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(call.events.length - 1);
  });
});

/** Stops a replay after so many events. */
const countdown = (events: number) => (replay: Replay) => replay.delivered >= events;

const isForTheLine = ({ name }: Command): boolean => !isOwn(name);
