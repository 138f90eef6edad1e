/**
 * `playback_start`: the audio is fetched, then waits its turn in the queue of the line. What is not there, or no audio, ends
 * without having begun. Its keys are heard by no gather; a patient presses what the persona has for `playback`.
 */
import type { Exchange } from './exchange.ts';
import { pressKey } from './gather.ts';
import type { Leg, Sound } from './leg.ts';
import { finish, play, stopAsAsked } from './line-audio.ts';
import { type Body, textOf } from './parameters.ts';
import { hearQuestion } from './patient.ts';
import { refusal } from './refusal.ts';

/** In human time. */
const usualDurationMs = 5_000;
/** How a persona calls what it does while a recording is played to it. */
const step = 'playback';

export function startPlayback(exchange: Exchange, leg: Leg, body: Body): void {
  const url = textOf(body, 'audio_url');
  const name = textOf(body, 'media_name');
  if (url === null && name === null && textOf(body, 'playback_content') === null) {
    throw refusal('10004', 'One of audio_url, media_name, playback_content is required.', '/audio_url');
  }
  stopAsAsked(exchange, leg, body);
  const source = { ...(url === null ? {} : { media_url: url }), ...(name === null ? {} : { media_name: name }) };
  const id = exchange.random.token(8);
  const sound = soundOf(exchange, leg, id, `(plays ${url ?? name ?? 'audio'})`, { ...source, overlay: false });
  const { fetchAudio } = exchange;
  if (url === null || fetchAudio === null) {
    play(exchange, leg, sound(usualDurationMs));
    return;
  }
  const waiting = sound(0);
  leg.downloads.push(waiting);
  void fetchAudio(url).then((durationMs) => {
    const place = leg.downloads.indexOf(waiting);
    // Stopped, or hung up, meanwhile.
    if (place === -1) return;
    leg.downloads.splice(place, 1);
    if (durationMs === null) finish(exchange, leg, waiting, 'file_not_found');
    else play(exchange, leg, sound(durationMs));
  });
}

function soundOf(exchange: Exchange, leg: Leg, id: string, text: string, payload: Sound['payload']) {
  return (durationMs: number): Sound => ({
    ...{ kind: 'playback', id, text, durationMs, payload },
    onStart: () => {
      if (leg.persona.keys[step] !== undefined) hearQuestion(exchange, leg, step, text, durationMs, pressKey);
    },
  });
}
