/**
 * The one operation: the order of the checks, and nothing else. Each check lives in the file named after it.
 *
 * Order: our own set-up first (it concerns every delivery), then form, then age, then the signature, cheap before costly.
 * Everything is read before the first `await`, so a caller who reuses a buffer cannot change what is being verified.
 */
import { verifyEd25519 } from './ed25519.ts';
import { parsePublicKeys } from './public-keys.ts';
import { readSignature } from './signature-header.ts';
import { signedMessage } from './signed-message.ts';
import { checkAge, readTimestamp } from './timestamp-header.ts';
import { checkOptions, type VerifyOptions } from './verify-options.ts';
import type { VerifyResult } from './verify-result.ts';

/**
 * Verifies the signature and the age of one webhook delivery (webhook API version 2, Ed25519).
 *
 * Telnyx signs `<telnyx-timestamp>|<raw body>`; the signature travels in `telnyx-signature-ed25519`. The URL, the method
 * and the other headers are not signed. A delivery can be replayed within the tolerance: keep the event ids already seen.
 *
 * @param options body, headers and key as they come; see `VerifyOptions` for shapes and units.
 * @returns `{ ok: true, timestamp, keyIndex }`, or `{ ok: false, reason, … }`; see `VerifyRefusal`. Whatever a sender puts
 *   into body and headers, the promise is fulfilled.
 * @throws TypeError (as a rejection) with `code` ERR_TELNYX_VERIFY_ARGUMENT when the call itself is wrong: a body that is
 *   neither string nor bytes, headers that are no object, a tolerance or clock that is no usable number.
 *
 * @example
 * const result = await verifyTelnyxWebhook({
 *   body: await request.arrayBuffer(),
 *   headers: request.headers,
 *   publicKey: env.TELNYX_PUBLIC_KEY,
 * });
 * if (!result.ok) return new Response('unauthorized', { status: 401 });
 *
 * @see https://developers.telnyx.com/docs/voice/programmable-voice/voice-api-webhooks
 */
export async function verifyTelnyxWebhook(options: VerifyOptions): Promise<VerifyResult> {
  const { body, headers, publicKey, toleranceSeconds, nowMs } = checkOptions(options);

  const keys = parsePublicKeys(publicKey);
  if (!keys.ok) return keys;
  const signature = readSignature(headers);
  if (!signature.ok) return signature;
  const timestamp = readTimestamp(headers);
  if (!timestamp.ok) return timestamp;
  const stale = checkAge(timestamp.seconds, nowMs, toleranceSeconds);
  if (stale) return stale;

  const message = signedMessage(timestamp.text, body);
  try {
    for (const [keyIndex, key] of keys.keys.entries()) {
      if (await verifyEd25519(key, signature.bytes, message)) {
        return { ok: true, timestamp: timestamp.seconds, keyIndex };
      }
    }
  } catch (error) {
    // The inputs are well formed by now, so this is the platform. Said as a refusal: the caller must not have to catch.
    return { ok: false, reason: 'crypto_unavailable', errorName: error instanceof Error ? error.name : 'unknown' };
  }
  return { ok: false, reason: 'signature_mismatch' };
}
