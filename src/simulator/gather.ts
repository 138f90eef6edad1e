/**
 * `gather_using_speak` on a leg: prompt, timers, tries, and exactly one `call.gather.ended`. Which key does what is in
 * `collect-digit.ts`. The no-input timer starts when the prompt has ended.
 */
import type { Ask } from './call-record.ts';
import { readClientState } from './client-state.ts';
import { collectDigit, type GatherStatus, judgePause } from './collect-digit.ts';
import type { Exchange } from './exchange.ts';
import { type Gather, type Leg, legIds } from './leg.ts';
import { cut, play } from './line-audio.ts';
import { type Body, numberOf, textOf } from './parameters.ts';
import { renewPatience } from './patience.ts';
import { hearQuestion } from './patient.ts';
import { speechDurationMs } from './speech-duration.ts';
import { keyTones } from './tones.ts';

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
    ask: startAsk(exchange, leg, prompt),
    digits: '',
    sound: null,
    timer: null,
  };
  leg.gather = gather;
  ask(exchange, leg, gather, prompt);
}

function startAsk(exchange: Exchange, leg: Leg, prompt: string): Ask {
  const step = readClientState(leg.clientState).step;
  const opened: Ask = {
    ...{ step, prompt, at: exchange.clock.now(), transcribing: leg.transcription !== null },
    ...{ keys: '', digits: '', outcome: null, endedAt: null, eventId: null },
  };
  leg.record.asks.push(opened);
  return opened;
}

function ask(exchange: Exchange, leg: Leg, gather: Gather, text: string): void {
  gather.triesLeft -= 1;
  gather.digits = '';
  const durationMs = speechDurationMs(text);
  gather.sound = {
    kind: 'prompt',
    id: 'prompt',
    text,
    step: gather.step,
    durationMs,
    payload: {},
    onStart: () => hearQuestion(exchange, leg, gather.step, text, durationMs, pressKey),
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

/** How long a key sounds. */
const keyMs = 150;

/** A key on the patient's phone: always an event, and a digit of the gather when one is open. */
export function pressKey(exchange: Exchange, leg: Leg, digit: string): void {
  if (leg.phase !== 'answered') return;
  const gather = leg.gather;
  const { record } = leg;
  record.keys += digit;
  if (gather !== null) gather.ask.keys += digit;
  renewPatience(exchange, leg);
  for (const recording of leg.recordings) {
    const durationMs = exchange.clockMs(keyMs);
    recording.marks.push({ atMs: exchange.clock.now(), durationMs, side: 'patient', tones: keyTones(digit) });
  }
  exchange.observe(leg, 'key', { digits: digit });
  const eventId = exchange.emit(leg, 'call.dtmf.received', { ...legIds(leg), from: leg.from, to: leg.to, digit });
  const ask = gather === null ? null : record.asks.length - 1;
  record.presses.push({ digit, at: exchange.clock.now(), ask, eventId });
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
  gather.ask.digits = digits;
  gather.ask.outcome = status;
  gather.ask.endedAt = exchange.clock.now();
  gather.ask.eventId = exchange.emit(leg, 'call.gather.ended', {
    ...legIds(leg),
    from: leg.from,
    to: leg.to,
    digits,
    status,
  });
}

/** Someone takes over the line in the middle of a question, and hears what is left of it. */
export function hearRestOfQuestion(exchange: Exchange, leg: Leg): void {
  const { gather } = leg;
  if (gather === null) return;
  const { sound } = gather;
  const isPlaying = sound !== null && leg.sounds[0] === sound && leg.soundStartedAt !== null;
  // One that has not begun to play is heard from its beginning, by itself.
  if (sound !== null && !isPlaying) return;
  const playedMs = exchange.clock.now() - (leg.soundStartedAt ?? 0);
  const leftOnClock = isPlaying ? Math.max(0, exchange.clockMs(sound.durationMs) - playedMs) : 0;
  const leftMs = leftOnClock / exchange.clockMs(1);
  hearQuestion(exchange, leg, gather.step, gather.prompt, leftMs, pressKey);
}
