/**
 * Saved recordings: the API's view of them, and their pre-signed links. A link works for 600 seconds of protocol time,
 * only as it was given, and never beside an Authorization header, as at S3.
 */
import type { Clock } from './clock.ts';
import type { SoundMark } from './leg.ts';
import type { Random } from './random.ts';
import { renderRecording } from './recording-audio.ts';
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
}

export interface Download {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export class Recordings {
  /** Where the links lead; a server sets it once it listens. */
  origin: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #account: string;
  readonly #saved = new Map<string, Recording>();
  /** Signature → what it opens. */
  readonly #links = new Map<string, { readonly id: string; readonly path: string; readonly expiresAt: number }>();

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
    return this.#saved.get(id);
  }

  all(): Recording[] {
    return [...this.#saved.values()];
  }

  delete(id: string): boolean {
    return this.#saved.delete(id);
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

  download(path: string, signature: string | null, hasAuthorization: boolean): Download {
    if (hasAuthorization) return storageError(400, 'InvalidArgument', 'Only one auth mechanism allowed');
    const link = signature === null ? undefined : this.#links.get(signature);
    if (link === undefined || link.path !== path) return storageError(403, 'SignatureDoesNotMatch', 'Bad signature');
    if (this.#clock.now() > link.expiresAt) return storageError(403, 'AccessDenied', 'Request has expired');
    const recording = this.#saved.get(link.id);
    if (recording === undefined) return storageError(404, 'NoSuchKey', 'The specified key does not exist.');
    const contentType = recording.format === 'mp3' ? 'audio/mpeg' : 'audio/wav';
    return { status: 200, contentType, body: renderRecording(recording) };
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

function storageError(status: number, code: string, message: string): Download {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, contentType: 'application/xml', body: new TextEncoder().encode(xml) };
}
