/** Audio files made by hand: real frames and headers around silence. */

/** MPEG-2 layer III, 16 kbit/s at 16 kHz: 72 bytes and 36 ms a frame. */
export const MP3_FRAME_BYTES = 72;
export const MP3_FRAME_MS = 36;

/** As long as that, rounded up to a frame. `seed` makes the contents differ. */
export function givenMp3(durationMs: number, seed = 0): Uint8Array {
  const frames = Math.ceil(durationMs / MP3_FRAME_MS);
  const bytes = new Uint8Array(frames * MP3_FRAME_BYTES);
  for (let frame = 0; frame < frames; frame += 1) {
    bytes.set([0xff, 0xf3, 0x28, 0xc0, seed, frame & 0x7f, (frame >> 7) & 0x7f], frame * MP3_FRAME_BYTES);
  }
  return bytes;
}

/** 16-bit PCM at 8 kHz. */
export function givenWav(durationMs: number, channels = 2): Uint8Array {
  const dataBytes = Math.floor((durationMs * 8000) / 1000) * channels * 2;
  const bytes = new Uint8Array(44 + dataBytes);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  view.setUint32(4, 36 + dataBytes, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 8000 * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, dataBytes, true);
  return bytes;
}
