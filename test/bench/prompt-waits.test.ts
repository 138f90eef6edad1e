import { expect, it } from 'vitest';
import { type LoggedLine, promptWaits } from './prompt-waits.ts';

const line = (id: string, commands: string[], type = 'gather.ended', effect = 'applied'): LoggedLine => ({
  ...{ event_id: id, type, effect, commands },
});
const at = (times: readonly [number: number, at: number][]) => (number: number) => new Map(times).get(number);

it('counts each prompt from the first arrival of its event to its own command, whatever was taken back before', () => {
  const log = [
    line('call_1:requested', ['dial'], 'call.requested'),
    line('a', ['record_start', 'gather_using_speak'], 'call.answered'),
    line('a', [], 'call.answered', 'duplicate'),
    line('b', ['gather_using_speak']),
    line('c', ['gather_using_speak']),
    line('d', ['speak']),
    line('e', ['hangup'], 'speak.ended'),
  ];
  const arrivals = new Map([...'abcde'].map((id, n) => [id, 100 * n]));
  const sent = at([
    [1, -50],
    [2, 3],
    [3, 7],
    [5, 212],
    [6, 305],
    [7, 409],
  ]);
  expect(promptWaits(log, arrivals, sent)).toEqual({ waits: [7, 12, 5], overtaken: [], own: 0, unsent: 1 });
});

it('counts an answer that was overtaken as well, until the prompt that both waited for', () => {
  const log = [line('late', []), line('key', ['gather_using_speak'], 'dtmf.received')];
  const arrivals = new Map([
    ['late', 10],
    ['key', 40],
  ]);
  expect(promptWaits(log, arrivals, at([[1, 45]]))).toMatchObject({ waits: [5], overtaken: [35] });
});

it('counts apart what the own clock led to, with the answer that was waited after', () => {
  const log = [line('spoken', []), line('call_1:timeout.fired:3', ['gather_using_speak'], 'timeout.fired')];
  const found = promptWaits(log, new Map([['spoken', 10]]), at([[1, 2010]]));
  expect(found).toEqual({ waits: [], overtaken: [], own: 1, unsent: 0 });
});
