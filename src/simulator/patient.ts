/** The patient on the line: hears a question, waits, then types or says what the persona has for it, or hangs up. */
import type { Exchange } from './exchange.ts';
import type { Leg } from './leg.ts';
import { hangUpByPatient } from './patience.ts';
import type { Persona, Reply } from './persona.ts';
import { holdsWords } from './read-back.ts';
import { saySomething } from './speech.ts';

/** Between two keys, in human time. */
const keyGapMs = 300;
const defaultRedos = 2;

type Press = (exchange: Exchange, leg: Leg, digit: string) => void;

export function hearQuestion(
  exchange: Exchange,
  leg: Leg,
  step: string | null,
  prompt: string,
  promptMs: number,
  press: Press,
): void {
  if (leg.listener !== 'human') return;
  // Whoever has pressed the `*` of a command presses its other key too, and only then hears what is asked.
  if (leg.isMidCommand) return;
  leg.typing?.();
  if (step === null) return;
  const { persona, record } = leg;
  const asked = record.asked[step] ?? 0;
  record.asked[step] = asked + 1;
  const reply = replyTo(persona, step, asked);
  if (reply === '') return;
  const waitMs = persona.reactionMs + (persona.interrupts === true ? 0 : promptMs);
  if (typeof reply === 'object') {
    saySomething(exchange, leg, reply, waitMs, (keys) => typeKeys(exchange, leg, keys, keyGapMs, press));
  } else if (reply === 'verify') {
    // Nobody can judge a read-back before it is over.
    leg.typing = exchange.later(leg, persona.reactionMs + promptMs, () => {
      pressKeys(exchange, leg, verify(leg, step, prompt), press);
    });
  } else {
    typeKeys(exchange, leg, reply, waitMs, press);
  }
}

function replyTo(persona: Persona, step: string, asked: number): Reply {
  const { keys, otherwise = '' } = persona;
  const replies = keys[step] ?? (step.endsWith('.confirm') ? keys['*.confirm'] : undefined);
  return replies === undefined ? otherwise : (replies[Math.min(asked, replies.length - 1)] ?? '');
}

/** The key after a read-back, at the moment it is pressed. One that no read-back takes changes nothing: it is put again. */
function verify(leg: Leg, step: string, prompt: string): string {
  const item = step.slice(0, -'.confirm'.length);
  const takes = leg.takes.get(item) ?? { said: [], redos: 0 };
  if (holdsWords(prompt, takes.said)) return '1';
  if (takes.redos >= (leg.persona.redosAtMost ?? defaultRedos)) return '3';
  if (leg.gather?.step === step) leg.takes.set(item, { said: [], redos: takes.redos + 1 });
  return '2';
}

export function typeKeys(exchange: Exchange, leg: Leg, keys: string, waitMs: number, press: Press): void {
  leg.typing = exchange.later(leg, waitMs, () => {
    if (keys === 'hangup') hangUpByPatient(exchange, leg);
    else pressKeys(exchange, leg, keys, press);
  });
}

/** The first of the keys now, and the others after it. */
function pressKeys(exchange: Exchange, leg: Leg, keys: string, press: Press, index = 0): void {
  const digit = keys[index];
  if (digit === undefined) return;
  const next = index + 1;
  leg.isMidCommand = keys.startsWith('*') && next < keys.length;
  // Before the press: the press may open the next question, and that sets its own typing.
  leg.typing = exchange.later(leg, keyGapMs, () => pressKeys(exchange, leg, keys, press, next));
  press(exchange, leg, digit);
}
