/** What storage answers to a pre-signed link. `fault` says how the bytes are to be sent, or why they are not the audio. */
import type { DownloadFault } from './storage-faults.ts';

export interface Download {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly fault: DownloadFault | null;
}

/** One request for a file, whatever came of it. */
export interface DownloadAttempt {
  readonly at: number;
  /** Without the query, which is the key. */
  readonly path: string;
  /** `null`: the link was never given. */
  readonly recording_id: string | null;
  readonly status: number;
  /** An `Authorization` header was sent along: it holds the API key of the clinic. */
  readonly has_authorization: boolean;
  readonly fault: DownloadFault['kind'] | null;
}

export function audioDownload(format: 'mp3' | 'wav', body: Uint8Array, fault: DownloadFault | null): Download {
  if (fault?.kind === 'failed') return { ...storageError(fault.status, 'InternalError', 'Please try again.'), fault };
  if (fault?.kind === 'error_page') {
    const page = '<!doctype html><title>Unavailable</title><p>This service is not available at the moment.</p>';
    return { status: 200, contentType: 'text/html', body: new TextEncoder().encode(page), fault };
  }
  return { status: 200, contentType: format === 'mp3' ? 'audio/mpeg' : 'audio/wav', body, fault };
}

export function storageError(status: number, code: string, message: string): Download {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, contentType: 'application/xml', body: new TextEncoder().encode(xml), fault: null };
}
