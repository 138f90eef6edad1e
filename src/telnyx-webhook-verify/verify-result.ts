/**
 * What `verifyTelnyxWebhook` answers: one success, or one refusal with a tagged reason.
 * A refusal holds numbers and fixed names only, never a header's value, a key or a part of the body, so it can be logged.
 * Reasons are for the operator; the sender should get the same answer for all of them.
 */

/** The two headers that carry a signature, in lower case. */
export type SignedHeaderName = 'telnyx-signature-ed25519' | 'telnyx-timestamp';

/** The body is what Telnyx signed. */
export interface VerifySuccess {
  readonly ok: true;
  /** When Telnyx signed it: Unix time in seconds. */
  readonly timestamp: number;
  /** Which of the public keys verified it, counted from 0. */
  readonly keyIndex: number;
}

/** The body must not be used. */
export type VerifyRefusal =
  // Our own set-up is wrong; no delivery can pass until it is mended.
  /** No key: undefined, null, an empty string or an empty array. */
  | { readonly ok: false; readonly reason: 'public_key_missing' }
  /** Not strict base64 of 32 bytes, not canonical, or of small order. One such key refuses all, good ones beside it too. */
  | { readonly ok: false; readonly reason: 'public_key_malformed'; readonly keyIndex: number }
  /** More keys than a rotation needs. */
  | {
      readonly ok: false;
      readonly reason: 'public_keys_too_many';
      readonly keyCount: number;
      readonly maxKeyCount: number;
    }
  /** Web Crypto failed or is absent: no Ed25519, no secure context. `errorName` is the platform's own error name. */
  | { readonly ok: false; readonly reason: 'crypto_unavailable'; readonly errorName: string }
  // The delivery is wrong.
  /** A signed header arrived more than once. */
  | { readonly ok: false; readonly reason: 'header_repeated'; readonly header: SignedHeaderName }
  /** No `telnyx-signature-ed25519` header. */
  | { readonly ok: false; readonly reason: 'signature_missing' }
  /** Not strict base64 of 64 bytes, or an encoding that RFC 8032 or strict verification rules out. */
  | { readonly ok: false; readonly reason: 'signature_malformed' }
  /** No `telnyx-timestamp` header. */
  | { readonly ok: false; readonly reason: 'timestamp_missing' }
  /** Not 1 to 16 decimal digits, or beyond the safe integers. */
  | { readonly ok: false; readonly reason: 'timestamp_malformed' }
  /** Signed longer ago than tolerated: late, or replayed. */
  | {
      readonly ok: false;
      readonly reason: 'timestamp_too_old';
      readonly ageSeconds: number;
      readonly toleranceSeconds: number;
    }
  /** Signed further in the future than tolerated: one of the two clocks is wrong. */
  | {
      readonly ok: false;
      readonly reason: 'timestamp_too_new';
      readonly aheadSeconds: number;
      readonly toleranceSeconds: number;
    }
  /** Well formed, and signed by none of the keys: another account, another body, or a changed one. */
  | { readonly ok: false; readonly reason: 'signature_mismatch' };

/** Switch over `ok`, then over `reason`. */
export type VerifyResult = VerifySuccess | VerifyRefusal;
