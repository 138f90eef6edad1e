/** One channel of a WAV recording, moment by moment, and the file it makes alone (S2-F4). */
import { describe, expect, it } from 'vitest';
import { soundReader } from '../../../src/domain/audio/sound-reader.ts';
import { givenWav } from '../../support/given-audio.ts';

function recorded(durationMs: number, level: (moment: number, channel: number) => number, channels = 2): Uint8Array {
  const file = givenWav(durationMs, channels);
  const view = new DataView(file.buffer);
  for (let at = 44, i = 0; at < file.length; at += 2, i += 1)
    view.setInt16(at, level(Math.floor(i / channels), i % channels), true);
  return file;
}
function taken(file: Uint8Array, channel: number, { from = 0, size = 333 } = {}) {
  const reader = soundReader('wav', channel, from);
  const frames = [];
  for (let at = 0; at < file.length; at += size) frames.push(...reader.push(file.subarray(at, at + size)));
  frames.push(...reader.end());
  return { reader, frames, file: reader.file(frames) };
}

const level = (moment: number, channel: number) => (channel === 0 ? moment % 1000 : -(moment % 700));

it.each([0, 1])('channel %i alone is a file of its own, to the last moment', (channel) => {
  const { reader, file, frames } = taken(recorded(1015, level), channel);
  expect(reader.channels).toBe(2);
  expect(file).toEqual(recorded(1015, (moment) => level(moment, channel), 1));
  expect(frames.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(1015, 5);
  expect(frames.length).toBe(51);
});

it('begun later it is the rest of the same, whatever pieces it comes in', () => {
  const file = recorded(1000, level);
  const all = taken(file, 1).frames;
  expect(taken(file, 1, { from: 20, size: 7 }).frames).toEqual(all.slice(20));
});

it('a quiet line is silent, and a voice is not', () => {
  const hums = (moment: number, channel: number) => (channel === 1 && moment > 4000 ? 6000 : moment % 2 === 0 ? 3 : -3);
  const file = recorded(1000, hums);
  expect(taken(file, 0).frames.every(({ loudness }) => loudness === 0)).toBe(true);
  const loud = taken(file, 1).frames.map(({ loudness }) => loudness);
  expect([loud[0], loud.at(-1)]).toEqual([0, 6000]);
});

describe('of other kinds', () => {
  const changed = (change: (view: DataView) => void) => {
    const file = givenWav(200);
    change(new DataView(file.buffer));
    return file;
  };
  it.each([
    [7, 0xff, 0x00],
    [6, 0xd5, 0x2a],
  ])('telephone code %i is split byte by byte, and its silence is known', (code, quiet, loud) => {
    const file = changed((view) => {
      view.setUint16(20, code, true);
      view.setUint16(32, 2, true);
      view.setUint16(34, 8, true);
    });
    for (let at = 44; at < file.length; at += 1) file[at] = at % 2 === 0 ? quiet : loud;
    const [first, second] = [taken(file, 0), taken(file, 1)];
    expect(first.frames.every(({ loudness }) => loudness === 0)).toBe(true);
    expect(second.frames.every(({ loudness }) => loudness > 10_000)).toBe(true);
    expect(first.file.subarray(44).every((byte) => byte === quiet)).toBe(true);
    expect(new DataView(first.file.buffer).getUint16(20, true)).toBe(code);
  });

  it.each([
    ['numbers of 24 bits', (view: DataView) => view.setUint16(34, 24, true)],
    ['six channels', (view: DataView) => view.setUint16(22, 6, true)],
    ['another code', (view: DataView) => view.setUint16(20, 85, true)],
  ])('%s gives no frames', (_, change) => {
    const { frames, reader } = taken(changed(change), 0);
    expect([frames, reader.channels]).toEqual([[], null]);
  });

  it('one whose length was not known when it was begun, and what stands behind the sound, are read right', () => {
    const whole = taken(recorded(200, level), 0).file;
    const open = recorded(200, level);
    new DataView(open.buffer).setUint32(40, 0xffff_ffff, true);
    expect(taken(open, 0).file).toEqual(whole);
    const behind = new Uint8Array([...recorded(200, level), ...new TextEncoder().encode('LISTxxxxabcd')]);
    expect(taken(behind, 0).file).toEqual(whole);
  });
});
