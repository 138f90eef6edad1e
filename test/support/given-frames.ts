/**
 * MPEG layer III files of known bits: each channel of each frame says what the test gives it. As encoders do, a frame's bits may begin in the
 * frames before it. No sound anybody could bear; layout as ISO/IEC 11172-3 and 13818-3 have it.
 */

export interface GivenFrames {
  readonly version: 1 | 2;
  readonly channels: 1 | 2;
  /** Frame by frame, granule by granule, channel by channel: its bits, as `0` and `1`. */
  readonly bits: readonly (readonly (readonly string[])[])[];
  readonly hasChecksum?: boolean;
  readonly isMidSide?: boolean;
  readonly gain?: number;
}

/** 64 kbit/s at 16 kHz: 288 bytes and 36 ms; 128 kbit/s at 48 kHz: 384 bytes and 24 ms. */
const KINDS = { 1: { b1: 0xfa, b2: 0x94, bytes: 384 }, 2: { b1: 0xf2, b2: 0x88, bytes: 288 } } as const;

const binary = (value: number, width: number): string => value.toString(2).padStart(width, '0');

export function givenFrames({ version, channels, bits, hasChecksum, isMidSide, gain = 210 }: GivenFrames): Uint8Array {
  const { b1, b2, bytes } = KINDS[version];
  const side = version === 1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  const first = 4 + (hasChecksum ? 2 : 0) + side;
  const room = bytes - first;
  const furthest = version === 1 ? 511 : 255;
  const main = new Uint8Array(bits.length * room);
  const file = new Uint8Array(bits.length * bytes);
  let free = 0;
  for (const [index, granules] of bits.entries()) {
    const own = index * room;
    const from = Math.max(free, own - furthest);
    const said = granules.flat().join('');
    const length = Math.ceil(said.length / 8);
    if (from + length > own + room) throw new Error('more than fits');
    main.set(toBytes(said), from);
    free = from + length;
    const described = granules.flatMap((each) => each.map((text) => describedAs(version, text.length, gain)));
    const shared = version === 1 ? '1010'.slice(0, 4) + (channels === 2 ? '0101' : '') : '';
    const privateBits = version === 1 ? (channels === 1 ? 5 : 3) : channels;
    const text = `${binary(own - from, version === 1 ? 9 : 8)}${'0'.repeat(privateBits)}${shared}${described.join('')}`;
    const frame = file.subarray(index * bytes, (index + 1) * bytes);
    frame.set([0xff, b1 | (hasChecksum ? 0 : 1), b2, channels === 1 ? 0xc0 : isMidSide ? 0x60 : 0x40]);
    frame.set(toBytes(text), first - side);
  }
  for (let index = 0; index < bits.length; index += 1)
    file.set(main.subarray(index * room, (index + 1) * room), index * bytes + first);
  return file;
}

const describedAs = (version: 1 | 2, length: number, gain: number): string =>
  `${binary(length, 12)}${binary(9, 9)}${binary(gain, 8)}`.padEnd(version === 1 ? 59 : 63, '01');

function toBytes(text: string): Uint8Array {
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0');
  return Uint8Array.from({ length: padded.length / 8 }, (_, i) => Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2));
}

/** What a file of one channel says, frame by frame and granule by granule. */
export function saidIn(file: Uint8Array, version: 1 | 2): { bits: string[]; gains: number[]; bytes: number }[] {
  const rates = version === 1 ? [0, 32, 40, 48, 56, 64, 80, 96, 112, 128] : [0, 8, 16, 24, 32, 40, 48, 56, 64];
  const frames: { bits: string[]; gains: number[]; bytes: number }[] = [];
  for (let at = 0; at < file.length; ) {
    const [b0, b1, b2 = 0, b3 = 0] = file.subarray(at, at + 4);
    if (b0 !== 0xff || b1 !== (KINDS[version].b1 | 1) || b3 >> 6 !== 3)
      throw new Error(`no frame of one channel at ${at}`);
    const kbps = rates[b2 >> 4] ?? 0;
    const bytes = version === 1 ? Math.floor((1152 * kbps * 125) / 48_000) : Math.floor((576 * kbps * 125) / 16_000);
    const text = [...file.subarray(at, at + bytes)].map((byte) => binary(byte, 8)).join('');
    const number = (from: number, width: number) => Number.parseInt(text.slice(from, from + width), 2);
    const [begin, described, granule, count, side] = version === 1 ? [9, 50, 59, 2, 17] : [8, 41, 63, 1, 9];
    if (number(32, begin) !== 0) throw new Error('it leans on the frame before it');
    let data = (4 + side) * 8;
    const bits: string[] = [];
    const gains: number[] = [];
    for (let g = 0; g < count; g += 1) {
      const length = number(described + g * granule, 12);
      gains.push(number(described + g * granule + 21, 8));
      bits.push(text.slice(data, data + length));
      data += length;
    }
    frames.push({ bits, gains, bytes });
    at += bytes;
  }
  return frames;
}
