/** One channel is copied out of an MPEG layer III recording bit for bit, however its encoder wrote it (S2-F4). */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mp3Channel } from '../../../src/domain/audio/mp3-channel.ts';
import type { SoundFrame } from '../../../src/domain/audio/sound-reader.ts';
import { type GivenFrames, givenFrames, saidIn } from '../../support/given-frames.ts';

function taken(file: Uint8Array, channel: number, { from = 0, sizes = [file.length] } = {}) {
  const reader = new Mp3Channel(channel, from);
  const frames: SoundFrame[] = [];
  for (let at = 0, i = 0; at < file.length; i += 1) {
    const size = sizes[i % sizes.length] ?? file.length;
    frames.push(...reader.push(file.subarray(at, at + size)));
    at += size;
  }
  frames.push(...reader.end());
  return { reader, frames, file: reader.file(frames) };
}

const bitsOf = (frame: number, part: number, length: number): string =>
  Array.from({ length }, (_, i) => ((frame * 7 + part * 3 + i * 5 + (i >> 3)) % 11 < 5 ? '1' : '0')).join('');
function given(version: 1 | 2, channels: 1 | 2, lengths: readonly number[]): GivenFrames {
  const granules = version === 1 ? 2 : 1;
  const bits = lengths.map((length, frame) =>
    Array.from({ length: granules }, (_, g) =>
      Array.from({ length: channels }, (_, c) => bitsOf(frame, g * 2 + c, length + c * 37)),
    ),
  );
  return { version, channels, bits };
}
const expected = ({ bits }: GivenFrames, channel: number) =>
  bits.map((granules) => granules.map((each) => each[channel] ?? ''));

describe.each([1, 2] as const)('MPEG-%i', (version) => {
  const lengths = [40, 900, 12, 700, 0, 333, 640, 90, 801, 5, 5, 5, 5, 5, 5, 880];
  const both = given(version, 2, lengths);

  it.each([0, 1])('channel %i is what it was, to the bit, also where its bits began in earlier frames', (channel) => {
    const { reader, file, frames } = taken(givenFrames(both), channel);
    expect(reader.channels).toBe(2);
    expect(saidIn(file, version).map(({ bits }) => bits)).toEqual(expected(both, channel));
    expect(frames.map(({ ms }) => ms)).toEqual(lengths.map(() => (version === 1 ? 24 : 36)));
  });

  it('the pieces it comes in change nothing', () => {
    const whole = givenFrames(both);
    const one = taken(whole, 1).file;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(taken(whole, 1, { sizes }).file).toEqual(one);
      }),
      { numRuns: 50 },
    );
  });

  it('begun later it is the rest of the same', () => {
    const whole = givenFrames(both);
    const [all, rest] = [taken(whole, 0), taken(whole, 0, { from: 9 })];
    expect(rest.frames).toEqual(all.frames.slice(9));
  });

  it('frames with a checksum, and of one channel, are read too', () => {
    expect(saidIn(taken(givenFrames({ ...both, hasChecksum: true }), 0).file, version).map(({ bits }) => bits)).toEqual(
      expected(both, 0),
    );
    const mono = given(version, 1, lengths);
    const { reader, file } = taken(givenFrames(mono), 1);
    expect(reader.channels).toBe(1);
    expect(saidIn(file, version).map(({ bits }) => bits)).toEqual(expected(mono, 0));
  });

  it('the mean stands for both where they are written as sum and difference, 3 dB softer than the sum', () => {
    const joint = givenFrames({ ...both, isMidSide: true, gain: 200 });
    const [patient, clinic] = [taken(joint, 0), taken(joint, 1)];
    expect(clinic.file).toEqual(patient.file);
    const said = saidIn(patient.file, version);
    expect(said.map(({ bits }) => bits)).toEqual(expected(both, 0));
    expect(new Set(said.flatMap(({ gains }) => gains))).toEqual(new Set([198]));
  });

  it('what is cut off at its beginning is silent until its own bits begin', () => {
    const whole = givenFrames(both);
    const frameBytes = version === 1 ? 384 : 288;
    const { frames, file } = taken(whole.subarray(frameBytes * 2), 0);
    expect(frames).toHaveLength(lengths.length - 2);
    const said = saidIn(file, version).map(({ bits }) => bits);
    expect(said.slice(-1)).toEqual(expected(both, 0).slice(-1));
    for (const [i, bits] of said.entries()) if (bits.join('') !== '') expect(bits).toEqual(expected(both, 0)[i + 2]);
  });
});

it('what a file says of itself before the sound is no sound: a tag, and a frame of the encoder’s', () => {
  const both = given(2, 2, [40, 40, 40]);
  const sound = givenFrames(both);
  const about = new Uint8Array(288);
  about.set([0xff, 0xf3, 0x88, 0x40]);
  about.set(new TextEncoder().encode('Info'), 4 + 17);
  const tag = new Uint8Array(30);
  tag.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 20]);
  const { frames, file } = taken(new Uint8Array([...tag, ...about, ...sound]), 0);
  expect(frames).toHaveLength(3);
  expect(saidIn(file, 2).map(({ bits }) => bits)).toEqual(expected(both, 0));
});

it('any bytes whatever give frames or none, and never an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 900 }), fc.nat(500), (noise, at) => {
      const file = givenFrames(given(2, 2, [300, 300, 300, 300]));
      file.set(noise.subarray(0, Math.max(0, file.length - at)), at);
      const { frames } = taken(file, 1);
      expect(frames.every(({ sound, loudness }) => sound.length > 0 && loudness >= 0)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
