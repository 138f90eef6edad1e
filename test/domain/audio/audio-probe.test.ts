/** Audio told from anything else by its bytes, and how long it lasts. */
import { describe, expect, it } from 'vitest';
import { AudioProbe } from '../../../src/domain/audio/audio-probe.ts';
import { givenMp3, givenWav, MP3_FRAME_BYTES, MP3_FRAME_MS } from '../../support/given-audio.ts';
import {
  chunk,
  cut,
  fmt,
  framesOf,
  id3,
  id3v1,
  join,
  type Layer3,
  longFmt,
  NONE,
  noise,
  probed,
  probeOf,
  riff,
  text,
  uint32,
  zeros,
} from '../../support/given-audio-parts.ts';

describe('MP3', () => {
  const frameOnly = new Uint8Array([0xff, 0xe3, 0x18, 0xc0]);
  it.each<[string, Layer3]>([
    ['MPEG-1, 128 kbit/s, 44.1 kHz', { header: [0xfb, 0x90, 0], bytes: 417, ms: 1152 / 44.1 }],
    ['MPEG-1, 128 kbit/s, 44.1 kHz, padded', { header: [0xfb, 0x92, 0], bytes: 418, ms: 1152 / 44.1 }],
    ['MPEG-1, with a checksum', { header: [0xfa, 0x90, 0], bytes: 417, ms: 1152 / 44.1 }],
    ['MPEG-1, 320 kbit/s, 48 kHz', { header: [0xfb, 0xe4, 0], bytes: 960, ms: 24 }],
    ['MPEG-1, 32 kbit/s, 32 kHz, mono', { header: [0xfb, 0x18, 0xc0], bytes: 144, ms: 36 }],
    ['MPEG-2, 16 kbit/s, 16 kHz', { header: [0xf3, 0x28, 0xc0], bytes: 72, ms: 36 }],
    ['MPEG-2, 64 kbit/s, 22.05 kHz', { header: [0xf3, 0x80, 0xc0], bytes: 208, ms: 576 / 22.05 }],
    ['MPEG-2, 160 kbit/s, 24 kHz, padded', { header: [0xf3, 0xe6, 0], bytes: 481, ms: 24 }],
    ['MPEG-2.5, 8 kbit/s, 8 kHz', { header: [0xe3, 0x18, 0xc0], bytes: 72, ms: 72 }],
    ['MPEG-2.5, 32 kbit/s, 11.025 kHz', { header: [0xe3, 0x40, 0xc0], bytes: 208, ms: 576 / 11.025 }],
    ['MPEG-2, 8 kbit/s, 24 kHz, the shortest frame', { header: [0xf3, 0x14, 0xc0], bytes: 24, ms: 24 }],
  ])('of %s lasts as long as its frames', (_, layer3) => {
    for (const count of [2, 3, 100]) {
      expect(probeOf(framesOf(layer3, count))).toEqual({ format: 'mp3', durationMs: Math.round(count * layer3.ms) });
    }
  });

  it('of changing bit rates lasts as long as all its frames', () => {
    const slow: Layer3 = { header: [0xf3, 0x18, 0xc0], bytes: 36, ms: 36 };
    const fast: Layer3 = { header: [0xf3, 0x28, 0xc0], bytes: 72, ms: 36 };
    const all = join(framesOf(slow, 3), framesOf(fast, 4), framesOf(slow, 1));
    expect(probeOf(all)).toEqual({ format: 'mp3', durationMs: 8 * 36 });
  });

  it.each<[string, Uint8Array]>([
    ['a tag before', join(id3(300), givenMp3(2000))],
    ['a long tag before', join(id3(100_000), givenMp3(2000))],
    ['an empty tag before', join(id3(0), givenMp3(2000))],
    ['two tags before', join(id3(20), id3(40), givenMp3(2000))],
    ['a tag behind', join(givenMp3(2000), id3v1)],
    ['a tag before and one behind', join(id3(300), givenMp3(2000), id3v1)],
    ['what seems to begin a frame before', join(frameOnly, text('and no other follows'), givenMp3(2000))],
    ['zeros before', join(zeros(5000), givenMp3(2000))],
    ['a byte that begins no frame before', join(new Uint8Array([0xff]), givenMp3(2000))],
    ['a last frame that is cut short', givenMp3(2000).slice(0, -MP3_FRAME_BYTES / 2)],
  ])('with %s lasts as long, within one frame', (_, bytes) => {
    const { format, durationMs } = probeOf(bytes);
    expect(format).toBe('mp3');
    expect(Math.abs((durationMs ?? 0) - 2000)).toBeLessThanOrEqual(MP3_FRAME_MS);
  });

  it('tells how much of it has passed while it streams', () => {
    const probe = new AudioProbe();
    expect([probe.format, probe.durationMs]).toEqual([null, 0]);
    for (const second of [1, 2, 3]) {
      probe.push(givenMp3(MP3_FRAME_MS * 25));
      expect([probe.format, probe.durationMs]).toEqual(['mp3', second * MP3_FRAME_MS * 25]);
    }
  });

  it('is believed of two frames that follow each other, and not of one', () => {
    expect(probeOf(givenMp3(MP3_FRAME_MS))).toEqual(NONE);
    expect(probeOf(join(givenMp3(MP3_FRAME_MS), text('<html>'.repeat(50))))).toEqual(NONE);
    expect(probeOf(join(givenMp3(MP3_FRAME_MS), zeros(1), givenMp3(MP3_FRAME_MS)))).toEqual(NONE);
    expect(probeOf(givenMp3(2 * MP3_FRAME_MS)).format).toBe('mp3');
  });

  it.each<[string, readonly number[]]>([
    ['layer II', [0xfd, 0x90, 0]],
    ['layer I', [0xff, 0x90, 0]],
    ['a reserved layer (AAC)', [0xf1, 0x50, 0x80]],
    ['a reserved version', [0xeb, 0x90, 0]],
    ['a free bit rate', [0xfb, 0x00, 0]],
    ['a forbidden bit rate', [0xfb, 0xf0, 0]],
    ['a reserved sample rate', [0xfb, 0x9c, 0]],
    ['half a sync word', [0x7b, 0x90, 0]],
  ])('is not a stream of %s', (_, header) => {
    const bytes = framesOf({ header: header as unknown as Layer3['header'], bytes: 417, ms: 0 }, 50);
    expect(probeOf(bytes)).toEqual(NONE);
  });
});

describe('WAV', () => {
  it.each([0, 20, 999, 2000, 60_000])('of %i ms lasts as long, in one channel or two', (durationMs) => {
    for (const channels of [1, 2])
      expect(probeOf(givenWav(durationMs, channels))).toEqual({ format: 'wav', durationMs });
  });

  const sound = zeros(64_000);
  it.each<[string, Uint8Array]>([
    ['a list before the sound', riff(fmt(32_000), chunk('LIST', zeros(26)), chunk('data', sound))],
    [
      'chunks of odd length',
      riff(fmt(32_000), chunk('LIST', zeros(27)), chunk('fact', zeros(3)), chunk('data', sound)),
    ],
    ['a chunk before its format', riff(chunk('JUNK', zeros(1001)), fmt(32_000), chunk('data', sound))],
    ['a chunk of no length', riff(chunk('JUNK', zeros(0)), fmt(32_000), chunk('data', sound))],
    [
      'a chunk that speaks of data',
      riff(fmt(32_000), chunk('LIST', text('data, data and data')), chunk('data', sound)),
    ],
    ['a longer format chunk', riff(longFmt(), chunk('fact', uint32(16_000)), chunk('data', sound))],
    ['the length of its data left at 0 by a streaming writer', riff(fmt(32_000), chunk('data', sound, 0))],
    ['the length of its data left at the most', riff(fmt(32_000), chunk('data', sound, 0xffffffff))],
    [
      'all lengths left at the most',
      join(text('RIFF'), uint32(0xffffffff), riff(fmt(32_000)).slice(8), chunk('data', sound, 0xffffffff)),
    ],
  ])('with %s lasts as long', (_, bytes) => {
    expect(probeOf(bytes)).toEqual({ format: 'wav', durationMs: 2000 });
    expect(probed(cut(bytes, 1))).toEqual({ format: 'wav', durationMs: 2000 });
  });

  it('is told by its header, however much comes with the first piece', () => {
    const probe = new AudioProbe();
    const bytes = givenWav(60_000);
    probe.push(bytes.slice(0, 43));
    expect(probe.format).toBeNull();
    probe.push(bytes.slice(43, 44));
    expect([probe.format, probe.durationMs]).toEqual(['wav', 0]);
    probe.push(bytes.slice(44));
    expect([probe.format, probe.durationMs]).toEqual(['wav', 60_000]);
    expect(probeOf(givenWav(3_600_000, 1))).toEqual({ format: 'wav', durationMs: 3_600_000 });
  });

  it.each<[string, Uint8Array]>([
    ['RIFF of something else', join(text('RIFF'), uint32(100), text('AVI LIST'), zeros(200_000))],
    [
      'RIFF of something else that speaks of sound',
      join(text('RIFF'), uint32(0), text('RMID'), riff(fmt(32_000), chunk('data', zeros(90))).slice(12)),
    ],
    ['RIFF of nothing', text('RIFF')],
    ['a header that breaks off', givenWav(1000).slice(0, 43)],
    ['no data', riff(fmt(32_000), chunk('LIST', zeros(300)))],
    ['no format', riff(chunk('data', zeros(1000)))],
    ['its format behind its data', riff(chunk('data', zeros(1000)), fmt(32_000))],
    ['a second that weighs nothing', riff(fmt(0), chunk('data', zeros(1000)))],
    ['a chunk as long as can be said', riff(chunk('LIST', zeros(100_000), 0xffffffff))],
    [
      'a chunk as long as can be said, after its format',
      riff(fmt(32_000), chunk('LIST', zeros(100), 0xffffffff), chunk('data', zeros(9))),
    ],
    [
      'a header that goes on for ever',
      riff(fmt(32_000), ...Array.from({ length: 20_000 }, () => chunk('JUNK', zeros(0))), chunk('data', zeros(9))),
    ],
    ['frames of MP3 behind RIFF', join(text('RIFF'), uint32(0), givenMp3(2000))],
    ['the big-endian kind', join(text('RIFX'), givenWav(1000).slice(4))],
    ['small letters', join(text('riff'), givenWav(1000).slice(4))],
    ['a byte before it', join(zeros(1), givenWav(1000))],
  ])('is none with %s', (_, bytes) => {
    expect(probeOf(bytes)).toEqual(NONE);
    expect(probed(cut(bytes, 997))).toEqual(NONE);
  });
});

describe('what is no audio', () => {
  const xml =
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';
  it.each<[string, Uint8Array]>([
    ['HTML', text(`<!DOCTYPE html><html><body>${'<p>Sign in</p>'.repeat(3000)}</body></html>`)],
    ["S3's XML", text(xml)],
    ['JSON', text(JSON.stringify({ errors: [{ code: '10005', title: 'Resource not found' }] }))],
    ['PDF', join(text('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n'), zeros(500))],
    ['PNG', join(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), zeros(500))],
    [
      'JPEG',
      join(new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16]), text('JFIF\0'), zeros(500), new Uint8Array([0xff, 0xd9])),
    ],
    [
      'JPEG with all markers',
      new Uint8Array(Array.from({ length: 512 }, (_, i) => (i % 2 === 0 ? 0xff : (i >> 1) & 0xff))),
    ],
    ['zip', join(text('PK\u0003\u0004'), zeros(500))],
    ['gzip', join(new Uint8Array([0x1f, 0x8b, 8]), zeros(500))],
    ['an executable', join(text('\u007fELF'), zeros(50_000))],
    ['Ogg', join(text('OggS\0'), zeros(500))],
    ['FLAC', join(text('fLaC'), zeros(500))],
    ['MP4', join(zeros(4), text('ftypM4A '), zeros(500))],
    ['nothing', zeros(0)],
    ['one byte', new Uint8Array([0xff])],
    ['nine bytes', new Uint8Array([0xff, 0xf3, 0x28, 0xc0, 0, 0, 0, 0, 0])],
    ['zeros', zeros(100_000)],
    ['bytes of all ones', zeros(100_000).fill(0xff)],
    ['UTF-16', join(new Uint8Array([0xff, 0xfe]), new Uint8Array([...text('Not audio')].flatMap((byte) => [byte, 0])))],
    ['text with odd bytes', text('Caf\u00ff \u00fb ').map((byte) => (byte === 0xc3 ? 0xff : byte))],
    [
      'text in which frames seem to begin',
      join(
        ...Array.from({ length: 400 }, () => join(new Uint8Array([0xff, 0xf3, 0x28, 0xc0]), text('no frame follows'))),
      ),
    ],
    ['a tag of an MP3 that is not there', id3(500)],
    ['a tag, and HTML', join(id3(500), text('<html>'.repeat(5000)))],
    ['a tag longer than what follows', join(id3(0, 0xfffffff), givenMp3(5000))],
  ])('is none: %s', (_, bytes) => {
    expect(probeOf(bytes)).toEqual(NONE);
    expect(probed(cut(bytes, 7))).toEqual(NONE);
  });

  it('is none: noise', () => {
    for (let seed = 1; seed <= 50; seed += 1) expect(probed(cut(noise(40_000, seed), 4096))).toEqual(NONE);
  });

  it('is known as none long before its end, and stays none, whatever comes', () => {
    const probe = new AudioProbe();
    probe.push(zeros(20_000));
    expect(probe.format).toBe('none');
    probe.push(givenMp3(2000));
    probe.push(givenWav(2000));
    expect([probe.end(), probe.durationMs]).toEqual(['none', 0]);
  });
});
