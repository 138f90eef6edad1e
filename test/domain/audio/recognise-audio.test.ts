/** What an uploaded file is, by its bytes alone: every kind of audio, what only looks like it, and what was cut off (S2-F7, SE-24). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recogniseAudio, UPLOAD_FORMATS } from '../../../src/domain/audio/recognise-audio.ts';
import { UploadedBytes } from '../../../src/domain/audio/uploaded-bytes.ts';
import { givenMp3, givenWav } from '../../support/given-audio.ts';
import { cut, fmt, id3, join, noise, riff, text, uint32, zeros } from '../../support/given-audio-parts.ts';
import {
  givenAac,
  givenAmr,
  givenFlac,
  givenHeic,
  givenLiveWebm,
  givenM4a,
  givenOpus,
  givenSilentMp4,
  givenTheora,
  givenVorbis,
  givenWebm,
  givenWideAmr,
  UPLOADS,
} from '../../support/given-containers.ts';

const found = (bytes: Uint8Array, size = 64 * 1024) => recogniseAudio(new UploadedBytes([...cut(bytes, size)]));

describe('audio', () => {
  it.each([
    ['mp3', givenMp3(3_600), 3_600],
    ['mp3', join(id3(300), givenMp3(1_800)), 1_800],
    ['wav', givenWav(2_500), 2_500],
    ['wav', riff(fmt(32_000), join(text('data'), uint32(0xffffffff), zeros(32_000))), 1_000],
    ['m4a', givenM4a(), null],
    ['ogg', givenOpus(), 3_000],
    ['ogg', givenVorbis(), 2_000],
    ['flac', givenFlac(), 2_000],
    ['flac', givenFlac(0), null],
    ['flac', join(id3(200), givenFlac()), 2_000],
    ['webm', givenWebm(), null],
    ['webm', givenWebm('A_VORBIS', 'matroska'), null],
    ['webm', givenLiveWebm(), null],
    ['aac', givenAac(20), 1_280],
    ['aac', join(id3(200), givenAac(20)), 1_280],
    ['amr', givenAmr(50), 1_000],
    ['amr', givenWideAmr(50), 1_000],
  ])('%s (row %#) is known by its bytes', (format, bytes, durationMs) => {
    expect(found(bytes)).toEqual({ ok: true, format, durationMs });
  });

  it.each(UPLOAD_FORMATS)('%s is known in pieces of any size', (format) => {
    const bytes = UPLOADS[format]();
    const whole = found(bytes, bytes.length);
    expect(whole).toMatchObject({ ok: true, format });
    for (const size of [1, 7, 64, 255]) expect(found(bytes, size)).toEqual(whole);
  });
});

it('of a header that speaks of months in a few bytes, how long it lasts is not believed', () => {
  expect(found(givenFlac(0xffffffff))).toEqual({ ok: true, format: 'flac', durationMs: null });
});

describe('what is no audio (SE-24, S2-V10)', () => {
  it.each([
    ['a text', text('Dear Dr. Example, the patient was seen today. '.repeat(200))],
    ['a PDF', join(text('%PDF-1.7\n'), noise(20_000, 1))],
    ['an archive', join(text('PK\x03\x04'), noise(20_000, 2))],
    ['a PNG', join(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), noise(20_000, 3))],
    ['a page', text('<!doctype html><script>alert(1)</script>')],
    ['noise', noise(100_000, 4)],
    ['zeros', zeros(50_000)],
    ['a RIFF of pictures', join(text('RIFF'), uint32(40), text('AVI '), zeros(40))],
    ['a WebP', join(text('RIFF'), uint32(40), text('WEBPVP8 '), zeros(40))],
    ['a picture in boxes', givenHeic()],
    ['an Ogg of pictures', givenTheora()],
    ['one frame of AAC', givenAac(1)],
    ['the head of an element that is no WebM', join(new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0x84]), zeros(40))],
    ['one byte', new Uint8Array([0xff])],
  ])('%s is refused', (_, bytes) => {
    expect(found(bytes)).toEqual({ ok: false, code: 'not_audio' });
  });

  it('nothing at all is said to be empty', () => {
    expect(recogniseAudio(new UploadedBytes([]))).toEqual({ ok: false, code: 'empty' });
    expect(recogniseAudio(new UploadedBytes([new Uint8Array(0)]))).toEqual({ ok: false, code: 'empty' });
  });

  it.each([
    ['a film without sound', givenSilentMp4()],
    ['a WebM of pictures alone', givenWebm('V_VP9')],
    ['an AMR that ends after its name', givenAmr(0)],
    ['a WAV without a sample', riff(fmt(32_000), join(text('data'), uint32(0)))],
  ])('%s is said to hold no sound', (_, bytes) => {
    expect(found(bytes)).toEqual({ ok: false, code: 'no_sound' });
  });
});

describe('a file that was made to be read for ever', () => {
  const many = (head: Uint8Array, part: Uint8Array, count: number) =>
    join(head, ...Array.from({ length: count }, () => part));
  it.each([
    ['boxes without anything in them', many(text('\0\0\0\x08ftyp'), text('\0\0\0\x08free'), 200_000)],
    ['blocks about the sound, and none of it', many(givenFlac().subarray(0, 42), text('\x01\0\0\0'), 2_000)],
    ['chunks before the sound', many(riff(), text('junk\0\0\0\0'), 50_000)],
  ])('of %s is not read to its end', (_, bytes) => {
    expect(found(bytes)).toEqual({ ok: false, code: 'not_audio' });
  });

  it('or damaged anywhere is judged all the same, and nothing is thrown', () => {
    const kinds = fc.constantFrom(...UPLOAD_FORMATS);
    const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(kinds, damage, fc.integer({ min: 1, max: 700 }), (format, changes, size) => {
        const bytes = UPLOADS[format]().slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const result = found(bytes, size);
        expect(typeof result.ok).toBe('boolean');
        if (result.ok) expect(result.durationMs ?? 1).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a file whose end is missing', () => {
  it.each([
    ['wav', givenWav(3_000)],
    ['m4a', givenM4a()],
    ['ogg', givenOpus()],
    ['webm', givenWebm()],
  ])('%s is said to be cut off, wherever it is cut after its head', (_, bytes) => {
    for (let length = Math.ceil(bytes.length / 2); length < bytes.length; length += 11)
      expect(found(bytes.subarray(0, length))).toEqual({ ok: false, code: 'cut_off' });
  });

  it('flac is, where what comes before the sound is cut', () => {
    for (let length = 42; length < 58; length += 1)
      expect(found(givenFlac().subarray(0, length))).toEqual({ ok: false, code: 'cut_off' });
  });
});
