/**
 * Playable audio for a recording, the patient on channel A and the clinic on B: prompts, words and keys are tones in
 * their right places, each step with its own. Rendered when downloaded, not when saved.
 */
import type { SoundMark } from './leg.ts';
import { mp3FrameMs, writeMp3 } from './mp3-tones.ts';

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
  return span.format === 'mp3' ? renderMp3(span, durationMs, channels) : renderWav(span, durationMs, channels);
}

const sampleRate = 8_000;
const loudness = 6_000;

function renderWav(span: RecordedSpan, durationMs: number, channels: number): Uint8Array {
  const samples = Math.floor((durationMs * sampleRate) / 1000);
  const bytes = new Uint8Array(44 + samples * channels * 2);
  const view = new DataView(bytes.buffer);
  writeHeader(view, bytes, samples, channels);
  for (const mark of span.marks) {
    const channel = channelOf(mark, channels);
    const first = Math.floor(((mark.atMs - span.startedAt) * sampleRate) / 1000);
    const last = Math.min(samples, first + Math.floor((mark.durationMs * sampleRate) / 1000));
    for (let sample = Math.max(0, first); sample < last; sample += 1) {
      let level = 0;
      for (const tone of mark.tones) level += Math.sin((2 * Math.PI * tone * sample) / sampleRate);
      view.setInt16(44 + (sample * channels + channel) * 2, Math.round(level * loudness), true);
    }
  }
  return bytes;
}

function channelOf({ side }: SoundMark, channels: number): number {
  return side === 'clinic' ? channels - 1 : 0;
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

function renderMp3(span: RecordedSpan, durationMs: number, channels: number): Uint8Array {
  return writeMp3(tonesOf(span, durationMs, channels), channels);
}

/** Frame by frame and channel by channel. */
export function tonesOf(span: RecordedSpan, durationMs: number, channels: number): number[][][] {
  const frames = Array.from({ length: Math.ceil(durationMs / mp3FrameMs) }, () =>
    Array.from({ length: channels }, (): number[] => []),
  );
  for (const mark of span.marks) {
    const first = Math.floor((mark.atMs - span.startedAt) / mp3FrameMs);
    const last = Math.max(first + 1, Math.floor((mark.atMs - span.startedAt + mark.durationMs) / mp3FrameMs));
    for (const frame of frames.slice(Math.max(0, first), Math.max(0, last))) {
      frame[channelOf(mark, channels)]?.push(...mark.tones);
    }
  }
  return frames;
}
