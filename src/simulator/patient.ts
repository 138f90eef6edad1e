/** The patient on the line: hears a question, waits, types what the persona has for it, or hangs up. */
import type { Exchange } from './exchange.ts';
import type { Leg } from './leg.ts';

/** Between two keys, in human time. */
const keyGapMs = 300;

type Press = (exchange: Exchange, leg: Leg, digit: string) => void;

export function hearQuestion(exchange: Exchange, leg: Leg, step: string | null, promptMs: number, press: Press): void {
  if (step === null) return;
  const { persona, record } = leg;
  const asked = record.asked[step] ?? 0;
  record.asked[step] = asked + 1;
  const entries = persona.keys[step];
  const entry =
    entries === undefined ? (persona.otherwise ?? '') : (entries[Math.min(asked, entries.length - 1)] ?? '');
  leg.typing?.();
  if (entry === '') return;
  const waitMs = persona.reactionMs + (persona.interrupts === true ? 0 : promptMs);
  if (entry === 'hangup') {
    leg.typing = exchange.later(leg, waitMs, () => hangUpByPatient(exchange, leg));
    return;
  }
  const type = (index: number): void => {
    const digit = entry[index];
    if (digit === undefined) return;
    // Before the press: the press may open the next question, and that sets its own typing.
    leg.typing = exchange.later(leg, keyGapMs, () => type(index + 1));
    press(exchange, leg, digit);
  };
  leg.typing = exchange.later(leg, waitMs, () => type(0));
}

function hangUpByPatient(exchange: Exchange, leg: Leg): void {
  const source = leg.direction === 'outgoing' ? 'callee' : 'caller';
  exchange.end(leg, { cause: 'normal_clearing', source, sip: '200' });
}

/** Something happened on the line: a patient who hears nothing for too long after it puts the phone down. */
export function renewPatience(exchange: Exchange, leg: Leg): void {
  leg.patience?.();
  leg.patience = exchange.later(leg, exchange.patienceMs, () => hangUpByPatient(exchange, leg));
}
