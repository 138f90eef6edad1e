/** Audio and what only looks like it, put together from its parts: tags, frames, chunks; and what the probe makes of it. */
import { AudioProbe } from '../../src/domain/audio/audio-probe.ts';

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const zeros = (length: number): Uint8Array => new Uint8Array(length);
export const join = (...parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
export const uint32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

/** In pieces of that many bytes; the last may be shorter. */
export function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}
export function probed(pieces: Iterable<Uint8Array>) {
  const probe = new AudioProbe();
  for (const piece of pieces) probe.push(piece);
  const format = probe.end();
  return { format, durationMs: format === 'none' ? null : probe.durationMs };
}
export const probeOf = (bytes: Uint8Array) => probed([bytes]);
export const NONE = { format: 'none', durationMs: null };

export interface Layer3 {
  /** The second to fourth byte of the header. */
  readonly header: readonly [number, number, number];
  readonly bytes: number;
  readonly ms: number;
}
export const framesOf = ({ header, bytes }: Layer3, count: number): Uint8Array => {
  const all = new Uint8Array(count * bytes);
  for (let frame = 0; frame < count; frame += 1) all.set([0xff, ...header], frame * bytes);
  return all;
};
/** The length says of how many bytes the tag is, its own ten not counted. */
export const id3 = (body: number, announced = body): Uint8Array =>
  join(
    text('ID3'),
    new Uint8Array([4, 0, 0, ...[21, 14, 7, 0].map((bits) => (announced >> bits) & 0x7f)]),
    zeros(body),
  );
export const id3v1 = join(text('TAG'), text('A title').slice(0, 7), zeros(118));

/** RIFF and WAVE, then these chunks, then the sound. */
export const chunk = (name: string, body: Uint8Array, length = body.length): Uint8Array =>
  join(text(name), uint32(length), body, zeros(length === body.length ? length % 2 : 0));
export const fmt = (bytesPerSecond: number): Uint8Array =>
  chunk(
    'fmt ',
    join(new Uint8Array([1, 0, 2, 0]), uint32(8000), uint32(bytesPerSecond), new Uint8Array([4, 0, 16, 0])),
  );
export const riff = (...chunks: readonly Uint8Array[]): Uint8Array =>
  join(text('RIFF'), uint32(0), text('WAVE'), ...chunks);

/** Of a compressed WAV: with an extension. */
export function longFmt(): Uint8Array {
  const head = new Uint8Array([7, 0, 2, 0]);
  return chunk('fmt ', join(head, uint32(16_000), uint32(32_000), new Uint8Array([2, 0, 8, 0, 0, 0])));
}
/** The same bytes for the same seed, each value as likely as the other (mulberry32). */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return new Uint8Array(length).map(() => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) & 0xff;
  });
}
