/**
 * The audio of a leg: speaks, playbacks and gather prompts wait in one queue and play one after another. A gather's
 * prompt sends no speak events.
 */
import type { Exchange } from './exchange.ts';
import { type Leg, legIds, type Sound, type SoundMark } from './leg.ts';
import { type Body, textOf } from './parameters.ts';
import { renewPatience } from './patience.ts';
import { promptTone } from './tones.ts';
import { hearPlayed } from './transcription.ts';

/** From a command to its first sound. */
const startUpMs = 200;

export function play(exchange: Exchange, leg: Leg, sound: Sound): void {
  leg.sounds.push(sound);
  if (leg.sounds.length === 1) startNext(exchange, leg);
}

function startNext(exchange: Exchange, leg: Leg): void {
  const sound = leg.sounds[0];
  if (sound === undefined) return;
  leg.soundTimer = exchange.later(leg, startUpMs, () => {
    if (sound.kind !== 'prompt') exchange.emit(leg, `call.${sound.kind}.started`, { ...legIds(leg), ...sound.payload });
    exchange.observe(leg, 'prompt', { text: sound.text });
    leg.soundStartedAt = exchange.clock.now();
    markSound(exchange, leg, sound);
    if (leg.listener === 'machine') {
      const afterGreeting = leg.soundStartedAt >= (leg.greetingEndsAt ?? 0);
      leg.record.voicemail.push({ text: sound.text, afterGreeting, complete: false });
    }
    leg.patience?.();
    sound.onStart?.();
    leg.soundTimer = exchange.later(leg, sound.durationMs, () => {
      endSound(exchange, leg, sound, true);
      leg.sounds.shift();
      renewPatience(exchange, leg);
      finish(exchange, leg, sound, 'completed');
      startNext(exchange, leg);
    });
  });
}

function markSound(exchange: Exchange, leg: Leg, sound: Sound): void {
  for (const recording of leg.recordings) {
    const durationMs = exchange.clockMs(sound.durationMs);
    const tones = [promptTone(sound.step ?? sound.kind)];
    const words = sound.kind === 'playback' ? {} : { words: sound.text };
    recording.marks.push({ atMs: exchange.clock.now(), durationMs, side: 'clinic', tones, ...words });
  }
}

/** The first sound falls silent, heard to its end or cut off. */
function endSound(exchange: Exchange, leg: Leg, sound: Sound, complete: boolean): void {
  const { soundStartedAt } = leg;
  if (soundStartedAt === null) return;
  leg.soundStartedAt = null;
  const heardMs = exchange.clock.now() - soundStartedAt;
  const spoken = leg.record.voicemail.at(-1);
  if (complete && leg.listener === 'machine' && spoken !== undefined) spoken.complete = true;
  if (!complete) {
    for (const recording of leg.recordings) {
      const mark = recording.marks.findLast((each: SoundMark) => each.side === 'clinic');
      if (mark === undefined) continue;
      if (mark.words !== undefined) mark.words = firstWords(mark.words, heardMs / mark.durationMs);
      mark.durationMs = Math.min(mark.durationMs, heardMs);
    }
  }
  if (sound.kind === 'playback') return;
  const share = complete ? 1 : heardMs / exchange.clockMs(sound.durationMs);
  hearPlayed(exchange, leg, complete ? sound.text : firstWords(sound.text, share));
}

function firstWords(text: string, share: number): string {
  const words = text.split(' ');
  return words.slice(0, Math.floor(words.length * share)).join(' ');
}

export function finish(exchange: Exchange, leg: Leg, sound: Sound, status: string): void {
  if (sound.kind !== 'prompt') {
    exchange.emit(leg, `call.${sound.kind}.ended`, { ...legIds(leg), ...sound.payload, status });
  }
  if (status === 'completed') sound.onEnd?.();
}

/** Cuts off one sound, wherever it stands in the queue. */
export function cut(exchange: Exchange, leg: Leg, sound: Sound, status: string): void {
  const place = leg.sounds.indexOf(sound);
  if (place === -1) return;
  if (place === 0) {
    leg.soundTimer?.();
    endSound(exchange, leg, sound, false);
  }
  leg.sounds.splice(place, 1);
  finish(exchange, leg, sound, status);
  if (place === 0 && leg.phase === 'answered') startNext(exchange, leg);
}

/** The `stop` of a command that plays something itself. */
export function stopAsAsked(exchange: Exchange, leg: Leg, body: Body): void {
  const stop = textOf(body, 'stop');
  if (stop === 'all' || stop === 'current') stopSounds(exchange, leg, stop);
}

/** `playback_stop`. The status of a stopped speak is `completed`: its enumeration has no `cancelled`. */
export function stopSounds(exchange: Exchange, leg: Leg, which: 'all' | 'current'): void {
  // What is still on its way is stopped before it is heard.
  for (const sound of leg.downloads.splice(0)) finish(exchange, leg, sound, 'cancelled');
  const audible = leg.sounds.filter((sound) => sound.kind !== 'prompt');
  for (const sound of which === 'all' ? audible : audible.slice(0, 1)) {
    cut(exchange, leg, sound, sound.kind === 'speak' ? 'completed' : 'cancelled');
  }
}

/** Answering machine detection silences the line. */
export function silenceForDetection(exchange: Exchange, leg: Leg): void {
  for (const sound of [...leg.sounds]) if (sound.kind !== 'prompt') cut(exchange, leg, sound, 'cancelled_amd');
}

export function hangUpSounds(exchange: Exchange, leg: Leg): void {
  leg.soundTimer?.();
  const [first] = leg.sounds;
  if (first !== undefined) endSound(exchange, leg, first, false);
  for (const sound of [...leg.sounds.splice(0), ...leg.downloads.splice(0)])
    finish(exchange, leg, sound, 'call_hangup');
}
