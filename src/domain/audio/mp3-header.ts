/** The four bytes before each frame of an MPEG layer III file: what they say of it. Pure. Layout: ISO/IEC 11172-3, 13818-3. */

const BITRATES_MPEG1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_MPEG2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLE_RATES: Readonly<Record<number, readonly number[]>> = {
  3: [44_100, 48_000, 32_000],
  2: [22_050, 24_000, 16_000],
  0: [11_025, 12_000, 8000],
};
const MODE_JOINT = 1;
const MODE_MONO = 3;

export interface Mp3Header {
  /** As it is written: 3 is MPEG-1; the others have half its samples in a frame. */
  readonly version: number;
  readonly sampleRate: number;
  /** Of the whole frame. */
  readonly bytes: number;
  readonly ms: number;
  readonly channels: 1 | 2;
  readonly hasChecksum: boolean;
  /** The first channel is the sum of both, the second their difference. */
  readonly isMidSide: boolean;
}

const samplesOf = (version: number): number => (version === 3 ? 1152 : 576);
const bytesOf = (version: number, kbps: number, sampleRate: number): number =>
  Math.floor((samplesOf(version) * kbps * 125) / sampleRate);

/** Null: these bytes are no header, or of a layer or bit rate nobody records calls in. */
export function readMp3Header(b0: number, b1: number, b2: number, b3: number): Mp3Header | null {
  if (b0 !== 0xff || (b1 & 0xe0) !== 0xe0 || (b1 & 0x06) !== 0x02) return null;
  const version = (b1 >> 3) & 3;
  const sampleRate = SAMPLE_RATES[version]?.[(b2 >> 2) & 3];
  const kbps = (version === 3 ? BITRATES_MPEG1 : BITRATES_MPEG2)[b2 >> 4];
  if (sampleRate === undefined || !kbps) return null;
  const mode = b3 >> 6;
  return {
    ...{ version, sampleRate, hasChecksum: (b1 & 1) === 0, channels: mode === MODE_MONO ? 1 : 2 },
    bytes: bytesOf(version, kbps, sampleRate) + ((b2 >> 1) & 1),
    ms: (samplesOf(version) * 1000) / sampleRate,
    isMidSide: mode === MODE_JOINT && (b3 & 0x20) !== 0,
  };
}

/** The smallest frame of one channel that holds so many bytes, empty but for its header; null: none is large enough. */
export function monoFrame(like: Mp3Header, header: Uint8Array, bytes: number): Uint8Array | null {
  const rates = like.version === 3 ? BITRATES_MPEG1 : BITRATES_MPEG2;
  for (const [index, kbps] of rates.entries()) {
    const length = bytesOf(like.version, kbps, like.sampleRate);
    if (index === 0 || length < bytes) continue;
    const frame = new Uint8Array(length);
    const [, b1 = 0, b2 = 0, b3 = 0] = header;
    frame.set([0xff, b1 | 1, (index << 4) | (b2 & 0x0c), (MODE_MONO << 6) | (b3 & 0x03)]);
    return frame;
  }
  return null;
}
