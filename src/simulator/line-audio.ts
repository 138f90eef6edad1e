/**
 * The audio of a leg: speaks, playbacks and gather prompts wait in one queue and play one after another. A gather's
 * prompt sends no speak events.
 */
import type { Exchange } from './exchange.ts';
import { type Leg, legIds, type Sound } from './leg.ts';
import { renewPatience } from './patient.ts';

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
    for (const recording of leg.recordings) {
      recording.marks.push({ atMs: exchange.clock.now(), durationMs: sound.durationMs, key: null });
    }
    leg.patience?.();
    sound.onStart?.();
    leg.soundTimer = exchange.later(leg, sound.durationMs, () => {
      leg.sounds.shift();
      renewPatience(exchange, leg);
      finish(exchange, leg, sound, 'completed');
      startNext(exchange, leg);
    });
  });
}

function finish(exchange: Exchange, leg: Leg, sound: Sound, status: string): void {
  if (sound.kind !== 'prompt') {
    exchange.emit(leg, `call.${sound.kind}.ended`, { ...legIds(leg), ...sound.payload, status });
  }
  if (status === 'completed') sound.onEnd?.();
}

/** Cuts off one sound, wherever it stands in the queue. */
export function cut(exchange: Exchange, leg: Leg, sound: Sound, status: string): void {
  const place = leg.sounds.indexOf(sound);
  if (place === -1) return;
  leg.sounds.splice(place, 1);
  if (place === 0) leg.soundTimer?.();
  finish(exchange, leg, sound, status);
  if (place === 0 && leg.phase === 'answered') startNext(exchange, leg);
}

/** `playback_stop`. The status of a stopped speak is `completed`: its enumeration has no `cancelled`. */
export function stopSounds(exchange: Exchange, leg: Leg, which: 'all' | 'current'): void {
  const audible = leg.sounds.filter((sound) => sound.kind !== 'prompt');
  for (const sound of which === 'all' ? audible : audible.slice(0, 1)) {
    cut(exchange, leg, sound, sound.kind === 'speak' ? 'completed' : 'cancelled');
  }
}

export function hangUpSounds(exchange: Exchange, leg: Leg): void {
  leg.soundTimer?.();
  for (const sound of leg.sounds.splice(0)) finish(exchange, leg, sound, 'call_hangup');
}
