/**
 * Saved recordings: the API's view of them, and their pre-signed links. A link works for 600 seconds of protocol time,
 * only as it was given, and never beside an Authorization header, as at S3. What is deleted is gone for the API and for
 * every link; only `inventory`, which is for whoever judges the worker, still knows what it was.
 */
import type { Clock } from './clock.ts';
import { audioDownload, type Download, type DownloadAttempt, storageError } from './download.ts';
import type { SoundMark } from './leg.ts';
import type { Random } from './random.ts';
import { hearPart, readTones } from './read-tones.ts';
import { renderRecording } from './recording-audio.ts';
import { drawDownloadFault, type StorageFaults } from './storage-faults.ts';
import { timestamp } from './timestamp.ts';

const linkSeconds = 600;

export interface Recording {
  readonly id: string;
  readonly format: 'mp3' | 'wav';
  readonly channels: 'single' | 'dual';
  readonly startedAt: number;
  readonly endedAt: number;
  readonly initiatedBy: string;
  readonly marks: readonly SoundMark[];
  readonly callControlId: string;
  readonly callLegId: string;
  readonly callSessionId: string;
  readonly connectionId: string;
  readonly from: string;
  readonly to: string;
  /** The worker's own id of the call, from its `client_state`. */
  readonly callId: string | null;
}

/** A recording as the judge sees it, deleted or not. Times are epoch milliseconds. */
export interface InventoryItem {
  readonly id: string;
  readonly call_control_id: string;
  readonly call_leg_id: string;
  readonly call_id: string | null;
  readonly format: 'mp3' | 'wav';
  readonly channels: 'single' | 'dual';
  readonly bytes: number;
  /** Of the audio, in hex. */
  readonly sha256: string;
  readonly started_at: number;
  readonly ended_at: number;
  readonly deleted_at: number | null;
  /** Attempts with one of its links, whatever came of them. */
  readonly downloads: number;
}

/** What is said in a recording. */
export interface HeardWords {
  readonly durationMs: number;
  readonly segments: readonly { readonly startMs: number; readonly endMs: number; readonly words: string }[];
  readonly isCertain: boolean;
}

interface Link {
  readonly id: string;
  readonly path: string;
  readonly expiresAt: number;
}

export class Recordings {
  /** Where the links lead; a server sets it once it listens. */
  origin: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #account: string;
  /** Every one ever saved. Its marks are kept, so its audio can be rendered, and judged, at any time. */
  readonly #saved = new Map<string, Recording>();
  readonly #deletedAt = new Map<string, number>();
  readonly #fingerprints = new Map<string, Promise<{ readonly bytes: number; readonly sha256: string }>>();
  readonly attempts: DownloadAttempt[] = [];
  /** Signature → what it opens. */
  readonly #links = new Map<string, Link>();

  constructor(clock: Clock, random: Random, origin: string) {
    this.#clock = clock;
    this.#random = random;
    this.#account = random.uuid();
    this.origin = origin;
  }

  save(recording: Recording): void {
    this.#saved.set(recording.id, recording);
  }

  find(id: string): Recording | undefined {
    return this.#deletedAt.has(id) ? undefined : this.#saved.get(id);
  }

  all(): Recording[] {
    return [...this.#saved.values()].filter(({ id }) => !this.#deletedAt.has(id));
  }

  delete(id: string): void {
    if (this.#saved.has(id) && !this.#deletedAt.has(id)) this.#deletedAt.set(id, this.#clock.now());
  }

  /** Everything ever saved, in the order of saving. */
  inventory(): Promise<InventoryItem[]> {
    const attempts = Map.groupBy(this.attempts, ({ recording_id: id }) => id);
    return Promise.all(
      [...this.#saved.values()].map(async (recording) => ({
        id: recording.id,
        call_control_id: recording.callControlId,
        call_leg_id: recording.callLegId,
        call_id: recording.callId,
        format: recording.format,
        channels: recording.channels,
        ...(await this.#fingerprint(recording)),
        started_at: recording.startedAt,
        ended_at: recording.endedAt,
        deleted_at: this.#deletedAt.get(recording.id) ?? null,
        downloads: attempts.get(recording.id)?.length ?? 0,
      })),
    );
  }

  /**
   * What is said in the audio: in one of these as it was saved, by its SHA-256, or in a part of one of its channels, by its tones. Deleted at
   * the API or not: whoever has a copy can hear it. Null: it is none of these.
   */
  async hear(sha256: string, audio: Uint8Array = new Uint8Array(0)): Promise<HeardWords | null> {
    for (const recording of this.#saved.values()) {
      if ((await this.#fingerprint(recording)).sha256 === sha256) return wordsIn(recording);
    }
    const tones = readTones(audio);
    if (tones === null) return null;
    // The newest first: two calls of the same patient may sound the same.
    for (const recording of [...this.#saved.values()].toReversed()) {
      const heard = hearPart(recording, tones);
      if (heard !== null) return heard;
    }
    return null;
  }

  #fingerprint(recording: Recording): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const known = this.#fingerprints.get(recording.id);
    if (known !== undefined) return known;
    const made = fingerprintOf(renderRecording(recording));
    this.#fingerprints.set(recording.id, made);
    return made;
  }

  /** `expired`: as one that was made too long ago, which a late webhook may carry. */
  link(recording: Recording, expired = false): string {
    const now = this.#clock.now() - (expired ? linkSeconds * 1000 + 1 : 0);
    const started = timestamp(recording.startedAt);
    const unix = Math.floor(recording.startedAt / 1000);
    const file = `${recording.callLegId}-${unix}.${recording.format}`;
    const path = `/telephony-recorder-prod/${this.#account}/${started.slice(0, 10)}/${file}`;
    const signature = this.#random.hex(64);
    this.#links.set(signature, { id: recording.id, path, expiresAt: now + linkSeconds * 1000 });
    const date = timestamp(now).replace(/[-:]|\.\d+/g, '');
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=${date}&X-Amz-Expires=${linkSeconds}&X-Amz-SignedHeaders=host`;
    return `${this.origin}${path}?${query}&X-Amz-Signature=${signature}`;
  }

  download(path: string, signature: string | null, hasAuthorization: boolean, faults: StorageFaults): Download {
    const signed = signature === null ? undefined : this.#links.get(signature);
    const link = signed?.path === path ? signed : undefined;
    const download = this.#open(link, hasAuthorization, faults);
    const { status, fault } = download;
    this.attempts.push({
      ...{ at: this.#clock.now(), path, recording_id: link?.id ?? null, status },
      ...{ has_authorization: hasAuthorization, fault: fault?.kind ?? null },
    });
    return download;
  }

  #open(link: Link | undefined, hasAuthorization: boolean, faults: StorageFaults): Download {
    if (hasAuthorization) return storageError(400, 'InvalidArgument', 'Only one auth mechanism allowed');
    if (link === undefined) return storageError(403, 'SignatureDoesNotMatch', 'Bad signature');
    if (this.#clock.now() > link.expiresAt) return storageError(403, 'AccessDenied', 'Request has expired');
    const recording = this.find(link.id);
    if (recording === undefined) return storageError(404, 'NoSuchKey', 'The specified key does not exist.');
    const body = renderRecording(recording);
    return audioDownload(recording.format, body, drawDownloadFault(this.#random, faults, body.length));
  }

  view(recording: Recording): object {
    return {
      record_type: 'recording',
      id: recording.id,
      call_control_id: recording.callControlId,
      call_leg_id: recording.callLegId,
      call_session_id: recording.callSessionId,
      connection_id: recording.connectionId,
      conference_id: null,
      channels: recording.channels,
      status: 'completed',
      source: 'call',
      initiated_by: recording.initiatedBy,
      duration_millis: recording.endedAt - recording.startedAt,
      from: recording.from,
      to: recording.to,
      recording_started_at: timestamp(recording.startedAt),
      recording_ended_at: timestamp(recording.endedAt),
      created_at: timestamp(recording.endedAt),
      updated_at: timestamp(recording.endedAt),
      download_urls: { [recording.format]: this.link(recording) },
    };
  }
}

function wordsIn({ startedAt, endedAt, marks }: Recording): HeardWords {
  const durationMs = endedAt - startedAt;
  const within = (at: number): number => Math.min(Math.max(0, at - startedAt), durationMs);
  const segments = marks
    .flatMap(({ atMs, durationMs: length, words = '' }) =>
      words === '' ? [] : [{ startMs: within(atMs), endMs: within(atMs + length), words }],
    )
    .toSorted((a, b) => a.startMs - b.startMs);
  return { durationMs, segments, isCertain: true };
}

async function fingerprintOf(audio: Uint8Array): Promise<{ bytes: number; sha256: string }> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', audio as Uint8Array<ArrayBuffer>));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { bytes: audio.length, sha256 };
}
