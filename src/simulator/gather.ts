/**
 * `gather_using_speak` on a leg: prompt, timers, tries, and exactly one `call.gather.ended`. Which key does what is in
 * `collect-digit.ts`. The no-input timer starts when the prompt has ended.
 */
import { readClientState } from './client-state.ts';
import { collectDigit, type GatherStatus, judgePause } from './collect-digit.ts';
import type { Exchange } from './exchange.ts';
import { type Gather, type Leg, legIds } from './leg.ts';
import { cut, play } from './line-audio.ts';
import { type Body, numberOf, textOf } from './parameters.ts';
import { hearQuestion, renewPatience } from './patient.ts';
import { speechDurationMs } from './speech-duration.ts';

export function startGather(exchange: Exchange, leg: Leg, body: Body): void {
  // Two gathers at once are undocumented; one of them has to give way, and each must end exactly once.
  if (leg.gather !== null) endGather(exchange, leg, 'cancelled');
  const prompt = textOf(body, 'payload') ?? '';
  const gather: Gather = {
    step: readClientState(leg.clientState).step,
    rules: {
      minimumDigits: numberOf(body, 'minimum_digits', 1),
      maximumDigits: numberOf(body, 'maximum_digits', 128),
      terminatingDigit: textOf(body, 'terminating_digit') ?? '#',
      validDigits: textOf(body, 'valid_digits') ?? '0123456789#*',
    },
    prompt,
    invalidPrompt: textOf(body, 'invalid_payload') ?? prompt,
    timeoutMs: numberOf(body, 'timeout_millis', 60_000),
    interDigitMs: numberOf(body, 'inter_digit_timeout_millis', 5_000),
    triesLeft: numberOf(body, 'maximum_tries', 3),
    digits: '',
    sound: null,
    timer: null,
  };
  leg.gather = gather;
  ask(exchange, leg, gather, prompt);
}

function ask(exchange: Exchange, leg: Leg, gather: Gather, text: string): void {
  gather.triesLeft -= 1;
  gather.digits = '';
  const durationMs = speechDurationMs(text);
  gather.sound = {
    kind: 'prompt',
    id: 'prompt',
    text,
    durationMs,
    payload: {},
    onStart: () => hearQuestion(exchange, leg, gather.step, durationMs, pressKey),
    onEnd: () => {
      gather.sound = null;
      if (gather.digits === '') {
        gather.timer = exchange.later(leg, gather.timeoutMs, () =>
          fail(exchange, leg, gather, 'timeout', gather.prompt),
        );
      }
    },
  };
  play(exchange, leg, gather.sound);
}

/** A key on the patient's phone: always an event, and a digit of the gather when one is open. */
function pressKey(exchange: Exchange, leg: Leg, digit: string): void {
  if (leg.phase !== 'answered') return;
  leg.record.keys += digit;
  renewPatience(exchange, leg);
  for (const recording of leg.recordings) {
    recording.marks.push({ atMs: exchange.clock.now(), durationMs: 150, key: digit });
  }
  exchange.observe(leg, 'key', { digits: digit });
  exchange.emit(leg, 'call.dtmf.received', { ...legIds(leg), from: leg.from, to: leg.to, digit });
  const gather = leg.gather;
  if (gather === null) return;
  gather.timer?.();
  if (gather.sound !== null) cut(exchange, leg, gather.sound, 'interrupted');
  gather.sound = null;
  const { digits, outcome } = collectDigit(gather.rules, exchange.quirks, gather.digits, digit);
  gather.digits = digits;
  if (outcome === 'valid') endGather(exchange, leg, 'valid');
  else if (outcome === 'invalid') fail(exchange, leg, gather, 'invalid', gather.invalidPrompt);
  else gather.timer = exchange.later(leg, gather.interDigitMs, () => pause(exchange, leg, gather));
}

function pause(exchange: Exchange, leg: Leg, gather: Gather): void {
  const status = judgePause(gather.rules, exchange.quirks, gather.digits);
  if (status === 'valid') endGather(exchange, leg, 'valid');
  else fail(exchange, leg, gather, status, gather.invalidPrompt);
}

function fail(exchange: Exchange, leg: Leg, gather: Gather, status: GatherStatus, nextPrompt: string): void {
  if (gather.triesLeft > 0) ask(exchange, leg, gather, nextPrompt);
  else endGather(exchange, leg, status);
}

export function endGather(exchange: Exchange, leg: Leg, status: GatherStatus): void {
  const gather = leg.gather;
  if (gather === null) return;
  leg.gather = null;
  gather.timer?.();
  if (gather.sound !== null) cut(exchange, leg, gather.sound, 'interrupted');
  const { digits, step } = gather;
  if (status === 'valid' && step !== null && digits !== '') {
    leg.record.entries[step] = { digits, at: exchange.clock.now() };
  }
  exchange.observe(leg, 'entry', { digits, text: status, step });
  exchange.emit(leg, 'call.gather.ended', { ...legIds(leg), from: leg.from, to: leg.to, digits, status });
}
