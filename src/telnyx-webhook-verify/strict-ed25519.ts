/**
 * The parts of Ed25519 verification that implementations disagree on, decided here in the strict way before Web Crypto is
 * asked, so that Node, workerd and browsers give the same answer. Integers only: no curve arithmetic and no secrets.
 *
 * Sources: RFC 8032 sections 5.1.3 (decoding, y < p) and 5.1.7 (S < L); Chalkias, Garillot, Nikolaenko, "Taming the many
 * EdDSAs" (2020), sections 3 and 4 (small order, non-canonical encodings); libsodium's list of small-order points.
 * Left to Web Crypto: that a point lies on the curve, and the equation itself, which all of them check without cofactor.
 */

/** The field's prime, p = 2^255 − 19. */
const FIELD_PRIME = 2n ** 255n - 19n;

/** The order of the base point, L. */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** y of one point of order 8: 26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05 as an encoded point. */
const ORDER_8_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

// All eight points of order 1, 2, 4 and 8, by y: 1 (order 1), −1 (2), 0 (4, two points), ±ORDER_8_Y (8, two points each).
// Compared without the sign bit, which also catches the encodings of x = 0 that carry a sign (RFC 8032 5.1.3 step 4).
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([0n, 1n, FIELD_PRIME - 1n, ORDER_8_Y, FIELD_PRIME - ORDER_8_Y]);

/**
 * Whether 32 bytes are the one canonical encoding of a point that is not of small order, provided it lies on the curve.
 *
 * A public key of small order verifies made-up signatures for many messages, with the base point's share zero. An R that
 * is not canonical gives a second spelling of a signature where an implementation decodes R instead of comparing bytes.
 */
export function isStrictPoint(encoded: Uint8Array): boolean {
  const y = littleEndian(encoded) & (2n ** 255n - 1n);
  return encoded.length === 32 && y < FIELD_PRIME && !SMALL_ORDER_Y.has(y);
}

/**
 * Whether 64 bytes are R as a strict point and S below L.
 *
 * Without the bound on S, S + L is a second valid signature for the same message (malleability).
 */
export function isStrictSignature(signature: Uint8Array): boolean {
  return (
    signature.length === 64 &&
    isStrictPoint(signature.subarray(0, 32)) &&
    littleEndian(signature.subarray(32)) < GROUP_ORDER
  );
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
