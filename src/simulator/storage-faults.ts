/**
 * What goes wrong with recordings and where they are stored, by rate. Whoever serves a download over a network does the
 * waiting and the cutting that is drawn here; the engine has no network and only says what is to happen.
 */
import type { Random } from './random.ts';

/** Chances, each of one recording or one download. Times are protocol time. */
export interface StorageFaults {
  /** A link to a recording has expired when it is given. */
  readonly expiredLinks?: number;
  /** `call.recording.error` in place of a file. */
  readonly recordingErrors?: number;
  /** The file is there and the API lists it, but `call.recording.saved` is never sent. */
  readonly unannouncedRecordings?: number;
  /** The file, its event and its place in the API come later, by at least and at most `lateRecordingsByMs` (2 to 8 s). */
  readonly lateRecordings?: number;
  readonly lateRecordingsByMs?: readonly [number, number];
  /** 500 or 503 in place of the audio. */
  readonly failedDownloads?: number;
  /** A page for people, with status 200, in place of the audio. */
  readonly errorPages?: number;
  /** The connection closes in mid-body. */
  readonly cutDownloads?: number;
  /** The answer waits for `slowDownloadMs` (3 s), or its bytes trickle for so long. */
  readonly slowDownloads?: number;
  readonly slowDownloadMs?: number;
}

export type DownloadFault =
  | { readonly kind: 'failed'; readonly status: 500 | 503 }
  | { readonly kind: 'error_page' }
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'waits'; readonly ms: number }
  | { readonly kind: 'trickles'; readonly ms: number };

const defaultLateByMs = [2_000, 8_000] as const;
const defaultSlowMs = 3_000;

export function drawDownloadFault(random: Random, faults: StorageFaults, bytes: number): DownloadFault | null {
  if (random.chance(faults.failedDownloads ?? 0)) return { kind: 'failed', status: random.chance(0.5) ? 503 : 500 };
  if (random.chance(faults.errorPages ?? 0)) return { kind: 'error_page' };
  if (random.chance(faults.cutDownloads ?? 0)) return { kind: 'cut', afterBytes: Math.floor(random.next() * bytes) };
  if (random.chance(faults.slowDownloads ?? 0)) {
    return { kind: random.chance(0.5) ? 'waits' : 'trickles', ms: faults.slowDownloadMs ?? defaultSlowMs };
  }
  return null;
}

/** How much later than usual a recording is there; 0 for most. */
export function drawLateness(random: Random, faults: StorageFaults): number {
  if (!random.chance(faults.lateRecordings ?? 0)) return 0;
  const [least, most] = faults.lateRecordingsByMs ?? defaultLateByMs;
  return least + random.next() * (most - least);
}
