/**
 * Fetches what `playback_start` names, as the real service does: whatever is not answered with 200 and audio is no audio. How long
 * it lasts is read off its first header, which is enough for a line that plays no sound.
 */
import type { FetchAudio } from './exchange.ts';

const timeoutMs = 5_000;
const limitBytes = 20 * 1_048_576;
/** Layer III of MPEG 1 and of MPEG 2, kbit/s. */
const bitRates = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;

export const fetchAudio: FetchAudio = async (url) => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (response.status !== 200) {
      await response.body?.cancel();
      return null;
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.length > limitBytes ? null : durationMs(bytes);
  } catch {
    return null;
  }
};

/** Null: neither WAV nor MP3. */
export function durationMs(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 44 && textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WAVE') {
    const bytesPerSecond = view.getUint32(28, true);
    return bytesPerSecond === 0 ? null : Math.round(((bytes.length - 44) * 1000) / bytesPerSecond);
  }
  const at = textAt(bytes, 0, 3) === 'ID3' ? tagLength(bytes) : 0;
  const [sync = 0, kind = 0, rate = 0] = bytes.subarray(at, at + 3);
  if (sync !== 0xff || (kind & 0xe6) !== 0xe2) return null;
  const kbps = bitRates[(kind & 0x18) === 0x18 ? 1 : 2][rate >> 4] ?? 0;
  return kbps === 0 ? null : Math.round(((bytes.length - at) * 8) / kbps);
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** Four bytes of seven bits each, after ten of header. */
function tagLength(bytes: Uint8Array): number {
  return 10 + [6, 7, 8, 9].reduce((length, place) => length * 128 + ((bytes[place] ?? 0) & 0x7f), 0);
}
