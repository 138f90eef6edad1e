/**
 * Playable audio for a recording: WAV carries the touch tones and a soft hum under each prompt; MP3 carries silence of
 * the right length, because silence needs no encoder. Rendered when downloaded, not when saved.
 */
import type { SoundMark } from './leg.ts';

export interface RecordedSpan {
  readonly format: 'mp3' | 'wav';
  readonly channels: 'single' | 'dual';
  readonly startedAt: number;
  readonly endedAt: number;
  readonly marks: readonly SoundMark[];
}

export function renderRecording(span: RecordedSpan): Uint8Array {
  const durationMs = Math.max(100, span.endedAt - span.startedAt);
  const channels = span.channels === 'dual' ? 2 : 1;
  return span.format === 'mp3' ? renderSilentMp3(durationMs, channels) : renderWav(span, durationMs, channels);
}

const sampleRate = 8_000;
const rows = ['123A', '456B', '789C', '*0#D'];
const rowTones = [697, 770, 852, 941];
const columnTones = [1209, 1336, 1477, 1633];

function renderWav(span: RecordedSpan, durationMs: number, channels: number): Uint8Array {
  const samples = Math.floor((durationMs * sampleRate) / 1000);
  const bytes = new Uint8Array(44 + samples * channels * 2);
  const view = new DataView(bytes.buffer);
  writeHeader(view, bytes, samples, channels);
  for (const mark of span.marks) {
    // The patient's leg is channel A, what the clinic plays is channel B.
    const channel = mark.key === null ? channels - 1 : 0;
    const first = Math.floor(((mark.atMs - span.startedAt) * sampleRate) / 1000);
    const last = Math.min(samples, first + Math.floor((mark.durationMs * sampleRate) / 1000));
    const tones = mark.key === null ? [180] : tonesOf(mark.key);
    for (let sample = Math.max(0, first); sample < last; sample += 1) {
      let level = 0;
      for (const tone of tones) level += Math.sin((2 * Math.PI * tone * sample) / sampleRate);
      view.setInt16(
        44 + (sample * channels + channel) * 2,
        Math.round(level * (mark.key === null ? 1_500 : 8_000)),
        true,
      );
    }
  }
  return bytes;
}

function tonesOf(key: string): number[] {
  const row = rows.findIndex((keys) => keys.includes(key));
  const column = rows[row]?.indexOf(key) ?? -1;
  return [rowTones[row] ?? 697, columnTones[column] ?? 1209];
}

function writeHeader(view: DataView, bytes: Uint8Array, samples: number, channels: number): void {
  const text = (offset: number, value: string): void => bytes.set(new TextEncoder().encode(value), offset);
  const dataBytes = samples * channels * 2;
  text(0, 'RIFF');
  view.setUint32(4, 36 + dataBytes, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, dataBytes, true);
}

/** MPEG-2 layer III, 8 kbit/s at 16 kHz: 36 bytes and 36 ms a frame. Side information of zeros decodes as silence. */
function renderSilentMp3(durationMs: number, channels: number): Uint8Array {
  const frameBytes = 36;
  const frames = Math.ceil(durationMs / 36);
  const bytes = new Uint8Array(frames * frameBytes);
  for (let frame = 0; frame < frames; frame += 1) {
    bytes.set([0xff, 0xf3, 0x18, channels === 2 ? 0x00 : 0xc0], frame * frameBytes);
  }
  return bytes;
}
