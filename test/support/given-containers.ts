/** Audio files of every kind that may be uploaded, put together by hand: real headers around silence. */
import { givenMp3, givenWav } from './given-audio.ts';
import { join, text, uint32, zeros } from './given-audio-parts.ts';

const big32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
};
const big16 = (value: number): Uint8Array => big32(value).slice(2);
const bytes = (...values: readonly number[]): Uint8Array => new Uint8Array(values);

const box = (kind: string, body: Uint8Array): Uint8Array => join(big32(8 + body.length), text(kind), body);
const ftyp = box('ftyp', join(text('M4A '), zeros(4), text('isom')));
const moov = (handler: string) => box('moov', box('hdlr', join(zeros(8), text(handler), zeros(12))));
export const givenM4a = (): Uint8Array => join(ftyp, moov('soun'), box('mdat', zeros(500)));
export const givenSilentMp4 = (): Uint8Array => join(ftyp, moov('vide'), box('mdat', zeros(500)));
export const givenHeic = (): Uint8Array =>
  join(box('ftyp', join(text('heic'), zeros(4))), box('meta', zeros(40)), box('mdat', zeros(100)));

function oggPage(kind: number, samples: number, body: Uint8Array): Uint8Array {
  const granule = new Uint8Array(8);
  new DataView(granule.buffer).setBigInt64(0, BigInt(samples), true);
  const segments = [...Array<number>(Math.floor(body.length / 255)).fill(255), body.length % 255];
  return join(text('OggS'), bytes(0, kind), granule, zeros(12), bytes(segments.length, ...segments), body);
}
const opusHead = join(text('OpusHead'), bytes(1, 1), bytes(0x38, 1), uint32(48_000), zeros(3));
/** Three seconds, and what the decoder skips. */
export const givenOpus = (): Uint8Array =>
  join(oggPage(2, 0, opusHead), oggPage(0, 0, text('OpusTags')), oggPage(4, 3 * 48_000 + 0x138, zeros(600)));
export const givenVorbis = (): Uint8Array =>
  join(
    oggPage(2, 0, join(text('\x01vorbis'), zeros(4), bytes(1), uint32(16_000), zeros(14))),
    oggPage(4, 32_000, zeros(300)),
  );
export const givenTheora = (): Uint8Array => join(oggPage(2, 0, join(bytes(0x80), text('theora'), zeros(30))));

/** Two seconds at 16 kHz. */
export function givenFlac(samples = 32_000): Uint8Array {
  const rate = (16_000 << 12) | (15 << 4);
  const info = join(big16(4096), big16(4096), zeros(6), big32(rate), big32(samples), zeros(16));
  return join(
    text('fLaC'),
    big32(34),
    info,
    big32(0x84000000 | 12),
    zeros(12),
    bytes(0xff, 0xf8, 0xc9, 0x18),
    zeros(90),
  );
}

const element = (id: readonly number[], body: Uint8Array): Uint8Array =>
  join(bytes(...id), bytes(0x40 | (body.length >> 8), body.length & 0xff), body);
const ebml = (kind: string): Uint8Array => element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], text(kind)));
const SEGMENT = [0x18, 0x53, 0x80, 0x67];
export const givenWebm = (codec = 'A_OPUS', kind = 'webm'): Uint8Array =>
  join(ebml(kind), element(SEGMENT, join(element([0x86], text(codec)), zeros(200))));
/** As a browser records: the length is left open. */
export const givenLiveWebm = (): Uint8Array =>
  join(ebml('webm'), bytes(...SEGMENT, 0x01), bytes(...Array<number>(7).fill(0xff)), text('A_OPUS'), zeros(300));

/** ADTS, 16 kHz mono, 64 ms a frame. */
export function givenAac(frames = 20): Uint8Array {
  const length = 100;
  const head = bytes(0xff, 0xf1, 0x60, 0x40 | (length >> 11), (length >> 3) & 0xff, ((length & 7) << 5) | 0x1f, 0xfc);
  return join(...Array.from({ length: frames }, () => join(head, zeros(length - head.length))));
}
/** 20 ms a frame. */
export const givenAmr = (frames = 50): Uint8Array =>
  join(text('#!AMR\n'), ...Array.from({ length: frames }, () => join(bytes(0x3c), zeros(31))));
export const givenWideAmr = (frames = 50): Uint8Array =>
  join(text('#!AMR-WB\n'), ...Array.from({ length: frames }, () => join(bytes(0x44), zeros(60))));

export const UPLOADS = {
  mp3: () => givenMp3(3_000),
  wav: () => givenWav(3_000),
  m4a: givenM4a,
  ogg: givenOpus,
  flac: givenFlac,
  webm: givenWebm,
  aac: givenAac,
  amr: givenAmr,
} as const;
