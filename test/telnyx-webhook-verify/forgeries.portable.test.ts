/**
 * What lax Ed25519 verifiers let through. Every forgery is shown to satisfy a lax verifier first, so that no test passes
 * only because the forgery was built wrongly.
 */

import { verifyTelnyxWebhook } from 'telnyx-webhook-verify';
import { describe, expect, test } from 'vitest';
import { isStrictPoint, isStrictSignature } from '../../src/telnyx-webhook-verify/strict-ed25519.ts';
import { decodePoint, FIELD_PRIME, GROUP_ORDER, laxVerify, toBytes, torsionPoints } from './ed25519-arithmetic.ts';
import {
  bodyForSmallOrderForgery,
  largerScalars,
  otherSpellingsOfSmallOrder,
  signWithOffset,
  TORSION,
  ZERO_S,
} from './forgeries.ts';
import { BODY, base64, concat, headersOf, makeSigner, NOW_MS, NOW_SECONDS, signedBytes } from './signed-delivery.ts';

const signer = await makeSigner(5);
const MESSAGE = signedBytes(NOW_SECONDS, BODY);
const BAD_SIGNATURE = { ok: false, reason: 'signature_malformed' };
const BAD_KEY = { ok: false, reason: 'public_key_malformed', keyIndex: 0 };

function verify(publicKey: Uint8Array, signature: Uint8Array, body = BODY) {
  return verifyTelnyxWebhook({ body, headers: headersOf(signature), publicKey: base64(publicKey), nowMs: NOW_MS });
}

describe('malleability', () => {
  test('refuses S + L and every further multiple that fits, each of which a lax verifier accepts', async () => {
    const signature = await signer.sign(MESSAGE);
    expect(await verify(signer.publicKeyBytes, signature)).toMatchObject({ ok: true });
    const forged = largerScalars(signature);
    expect(forged.length).toBeGreaterThanOrEqual(14);
    for (const each of forged) {
      expect(await laxVerify(signer.publicKeyBytes, each, MESSAGE, { cofactor: false })).toBe(true);
      expect(await verify(signer.publicKeyBytes, each)).toEqual(BAD_SIGNATURE);
    }
  });

  test('draws the line exactly at L: L − 1 is well formed, L is not', async () => {
    const R = (await signer.sign(MESSAGE)).subarray(0, 32);
    const withS = (s: bigint) => concat(R, toBytes(s));
    expect(await verify(signer.publicKeyBytes, withS(GROUP_ORDER - 1n))).toMatchObject({
      reason: 'signature_mismatch',
    });
    expect(await verify(signer.publicKeyBytes, withS(0n))).toMatchObject({ reason: 'signature_mismatch' });
    for (const s of [GROUP_ORDER, GROUP_ORDER + 1n, 2n ** 253n, 2n ** 255n, 2n ** 256n - 1n]) {
      expect(await verify(signer.publicKeyBytes, withS(s))).toEqual(BAD_SIGNATURE);
    }
  });
});

describe('length', () => {
  test('counts nothing but 32 bytes as a point and nothing but 64 as a signature', async () => {
    const signature = await signer.sign(MESSAGE);
    const lengthened = (bytes: Uint8Array) => concat(bytes, new Uint8Array(1));
    expect(isStrictPoint(signer.publicKeyBytes)).toBe(true);
    expect(isStrictPoint(signer.publicKeyBytes.subarray(1))).toBe(false);
    expect(isStrictPoint(lengthened(signer.publicKeyBytes))).toBe(false);
    expect(isStrictSignature(signature)).toBe(true);
    expect(isStrictSignature(signature.subarray(0, 63))).toBe(false);
    expect(isStrictSignature(lengthened(signature))).toBe(false);
  });
});

describe('keys of small order', () => {
  test('the eight points are the whole torsion group, in eight different encodings', () => {
    expect(new Set(TORSION.map(base64)).size).toBe(8);
    expect(TORSION.filter(isStrictPoint)).toEqual([]);
  });

  test('refuses all 64 pairs of small-order key and R with S = 0, valid for any body where the cofactor is used', async () => {
    for (const A of TORSION) {
      for (const R of TORSION) {
        const forged = concat(R, ZERO_S);
        expect(await laxVerify(A, forged, MESSAGE, { cofactor: true })).toBe(true);
        // Alone each half is refused; together the key is what is reported.
        expect(await verify(A, forged)).toEqual(BAD_KEY);
        expect(isStrictSignature(forged)).toBe(false);
      }
    }
  });

  test('refuses all 43 such pairs that a body can be found for without the cofactor', async () => {
    let found = 0;
    for (let a = 0; a < 8; a += 1) {
      for (let r = 0; r < 8; r += 1) {
        const body = await bodyForSmallOrderForgery(a, r, NOW_SECONDS);
        if (body === undefined) continue;
        found += 1;
        const forged = concat(TORSION[r]!, ZERO_S);
        expect(await laxVerify(TORSION[a]!, forged, signedBytes(NOW_SECONDS, body), { cofactor: false })).toBe(true);
        expect(await verify(TORSION[a]!, forged, body)).toEqual(BAD_KEY);
      }
    }
    // Points of order 1, 2, 4, 8 reach 1, 2, 4, 8 multiples: 1·1 + 1·2 + 2·4 + 4·8.
    expect(found).toBe(43);
  });

  test('refuses the identity as key, under which identity and S = 0 sign everything', async () => {
    const identity = toBytes(1n);
    for (const body of ['', BODY, '{"anything":true}']) {
      const forged = concat(identity, ZERO_S);
      const message = signedBytes(NOW_SECONDS, body);
      expect(await laxVerify(identity, forged, message, { cofactor: false })).toBe(true);
      expect(await verify(identity, forged, body)).toEqual(BAD_KEY);
    }
  });

  test('refuses a small-order key whose signature is otherwise well formed', async () => {
    const signature = await signer.sign(MESSAGE);
    for (const A of TORSION) expect(await verify(A, signature)).toEqual(BAD_KEY);
  });

  test('refuses second spellings of small-order keys', async () => {
    for (const A of otherSpellingsOfSmallOrder()) {
      const forged = concat(toBytes(1n), ZERO_S);
      expect(await laxVerify(A, forged, MESSAGE, { cofactor: true })).toBe(true);
      expect(await verify(A, forged)).toEqual(BAD_KEY);
    }
  });
});

describe('R of small order', () => {
  test('refuses each of the eight, though the owner of a good key made the signature', async () => {
    for (const R of TORSION) {
      const signature = await signWithOffset(signer, MESSAGE, { r: 0n, spelling: R });
      expect(await laxVerify(signer.publicKeyBytes, signature, MESSAGE, { cofactor: true })).toBe(true);
      expect(await verify(signer.publicKeyBytes, signature)).toEqual(BAD_SIGNATURE);
    }
  });

  test('refuses second spellings of them', async () => {
    for (const R of otherSpellingsOfSmallOrder()) {
      const signature = await signWithOffset(signer, MESSAGE, { r: 0n, spelling: R });
      expect(await laxVerify(signer.publicKeyBytes, signature, MESSAGE, { cofactor: true })).toBe(true);
      expect(await verify(signer.publicKeyBytes, signature)).toEqual(BAD_SIGNATURE);
    }
  });
});

describe('encodings that are not canonical', () => {
  // The nineteen values p … 2^255 − 1 spell y = 0 … 18 a second time; with the sign bit, thirty-eight encodings.
  const nonCanonical = Array.from({ length: 38 }, (_, index) =>
    toBytes(FIELD_PRIME + BigInt(index >> 1) + (index & 1 ? 2n ** 255n : 0n)),
  );

  test('refuses y of p and above in the key and in R, points of the curve and others', async () => {
    const signature = await signer.sign(MESSAGE);
    expect(nonCanonical.filter((bytes) => decodePoint(bytes)).length).toBeGreaterThan(10);
    for (const bytes of nonCanonical) {
      expect(await verify(bytes, signature)).toEqual(BAD_KEY);
      expect(await verify(signer.publicKeyBytes, concat(bytes, signature.subarray(32)))).toEqual(BAD_SIGNATURE);
    }
  });

  test('does not refuse as malformed the canonical neighbours just below p and just above 1', async () => {
    const signature = await signer.sign(MESSAGE);
    for (const y of [2n, 3n, 18n, FIELD_PRIME - 2n, FIELD_PRIME - 18n]) {
      expect(isStrictPoint(toBytes(y))).toBe(true);
      const result = await verify(signer.publicKeyBytes, concat(toBytes(y), signature.subarray(32)));
      expect(result).toEqual({ ok: false, reason: 'signature_mismatch' });
    }
  });

  test('refuses a key that is no point of the curve', async () => {
    const signature = await signer.sign(MESSAGE);
    const offCurve = Array.from({ length: 40 }, (_, index) => toBytes(BigInt(index + 2))).filter(
      (y) => !decodePoint(y),
    );
    expect(offCurve.length).toBeGreaterThan(5);
    for (const bytes of offCurve) expect(await verify(bytes, signature)).toMatchObject({ ok: false });
  });
});

describe('the equation', () => {
  test('is checked without cofactor: a small-order share in R is refused, in every runtime', async () => {
    for (const [index, offset] of torsionPoints().entries()) {
      const signature = await signWithOffset(signer, MESSAGE, { r: 1234567n, offset });
      expect(await laxVerify(signer.publicKeyBytes, signature, MESSAGE, { cofactor: true })).toBe(true);
      // Multiple 0 is the identity and offsets nothing: that one is an honest signature.
      expect(await verify(signer.publicKeyBytes, signature)).toMatchObject(
        index === 0 ? { ok: true } : { ok: false, reason: 'signature_mismatch' },
      );
    }
  });
});
