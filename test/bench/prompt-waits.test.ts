import { expect, it } from 'vitest';
import { type LoggedLine, promptWaits } from './prompt-waits.ts';

const line = (id: string, commands: string[], type = 'gather.ended', effect = 'applied'): LoggedLine => ({
  ...{ event_id: id, type, effect, commands },
});
const ask = (at: number) => ({ action: 'gather_using_speak', at });

it('counts each prompt from the first arrival of its event', () => {
  const log = [
    line('a', ['record_start', 'gather_using_speak'], 'call.answered'),
    line('a', [], 'call.answered', 'duplicate'),
    line('b', ['gather_using_speak']),
    line('c', ['speak']),
    line('d', ['hangup'], 'speak.ended'),
  ];
  const arrivals = new Map([...'abcd'].map((id, n) => [id, 100 * n]));
  const orders = [ask(7), ask(112), { action: 'speak', at: 205 }];
  expect(promptWaits(log, arrivals, orders)).toEqual({ waits: [7, 12, 5], overtaken: [], own: 0, unexplained: 0 });
});

it('counts an answer that was overtaken as well, until the prompt that both waited for', () => {
  const log = [line('late', []), line('key', ['gather_using_speak'], 'dtmf.received')];
  const arrivals = new Map([
    ['late', 10],
    ['key', 40],
  ]);
  expect(promptWaits(log, arrivals, [ask(45)])).toMatchObject({ waits: [5], overtaken: [35] });
});

it('counts apart what the own clock led to, with the answer that was waited after, and what nothing led to', () => {
  const log = [line('spoken', []), line('call_1:timeout.fired:3', ['gather_using_speak'], 'timeout.fired')];
  const found = promptWaits(log, new Map([['spoken', 10]]), [ask(2010), ask(2500)]);
  expect(found).toEqual({ waits: [], overtaken: [], own: 1, unexplained: 1 });
});
