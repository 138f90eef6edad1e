/**
 * `telnyx-signature-ed25519`: strict base64 of R (32 bytes) and S (32 bytes), RFC 8032 section 5.1.6.
 * Whether it fits key and message is not decided here.
 */
import { decodeBase64 } from './decode-base64.ts';
import { readHeader } from './read-header.ts';
import { isStrictSignature } from './strict-ed25519.ts';
import type { WebhookHeaders } from './verify-options.ts';
import type { VerifyRefusal } from './verify-result.ts';

const HEADER = 'telnyx-signature-ed25519';
const SIGNATURE_BYTES = 64;

/** The 64 bytes, or the refusal. */
export function readSignature(
  headers: WebhookHeaders,
): { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> } | VerifyRefusal {
  const reading = readHeader(headers, HEADER);
  switch (reading.found) {
    case 'never':
      return { ok: false, reason: 'signature_missing' };
    case 'repeated':
      return { ok: false, reason: 'header_repeated', header: HEADER };
    case 'unusable':
      return { ok: false, reason: 'signature_malformed' };
    case 'once': {
      const bytes = decodeBase64(reading.value, SIGNATURE_BYTES);
      if (!bytes || !isStrictSignature(bytes)) return { ok: false, reason: 'signature_malformed' };
      return { ok: true, bytes };
    }
  }
}
