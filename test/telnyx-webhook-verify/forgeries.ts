/**
 * Keys and signatures that lax verifiers accept, made by arithmetic. "Taming the many EdDSAs" (2020) lists the families.
 * Each maker answers raw bytes; the tests prove with `laxVerify` that the forgery would work before refusing it.
 */
import {
  add,
  BASE_POINT,
  challenge,
  encodePoint,
  FIELD_PRIME,
  fromBytes,
  GROUP_ORDER,
  multiply,
  type Point,
  toBytes,
  torsionPoints,
} from './ed25519-arithmetic.ts';
import { concat, type Signer, signedBytes } from './signed-delivery.ts';

export const ZERO_S = new Uint8Array(32);
export const TORSION: readonly Uint8Array<ArrayBuffer>[] = torsionPoints().map(encodePoint);

/** S + L, S + 2L … as far as 32 bytes reach: the same signature in other spellings. */
export function largerScalars(signature: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const [R, S] = [signature.subarray(0, 32), fromBytes(signature.subarray(32))];
  const forged: Uint8Array<ArrayBuffer>[] = [];
  for (let larger = S + GROUP_ORDER; larger < 2n ** 256n; larger += GROUP_ORDER) {
    forged.push(concat(R, toBytes(larger)));
  }
  return forged;
}

/** Second spellings of small-order points: y + p where it fits 255 bits, and a sign on x = 0. */
export function otherSpellingsOfSmallOrder(): Uint8Array<ArrayBuffer>[] {
  const SIGN = 2n ** 255n;
  return [
    FIELD_PRIME,
    FIELD_PRIME + SIGN,
    FIELD_PRIME + 1n,
    FIELD_PRIME + 1n + SIGN,
    1n + SIGN,
    FIELD_PRIME - 1n + SIGN,
  ].map(toBytes);
}

/**
 * A signature by the key's owner with `R = rB + offset` and `R` spelled as given: S = r + k·a.
 * With r = 0 it needs no randomness, and R is the small-order point itself.
 */
export async function signWithOffset(
  signer: Signer,
  message: Uint8Array,
  { r, offset, spelling }: { r: bigint; offset?: Point; spelling?: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const point = multiply(r, BASE_POINT);
  const R = spelling ?? encodePoint(offset ? add(point, offset) : point);
  const k = await challenge(R, signer.publicKeyBytes, message);
  return concat(R, toBytes((r + k * signer.secretScalar) % GROUP_ORDER));
}

/**
 * A body under which key `a`·T and R = `r`·T with S = 0 satisfy the equation without cofactor, T being the generator of
 * the small-order points: r + k·a must be 0 modulo 8. Nobody's secret is needed. Undefined where r is no multiple of a.
 */
export async function bodyForSmallOrderForgery(a: number, r: number, timestamp: number): Promise<string | undefined> {
  const [A, R] = [TORSION[a]!, TORSION[r]!];
  for (let count = 0; count < 500; count += 1) {
    const body = `{"forged":${count}}`;
    const k = Number((await challenge(R, A, signedBytes(timestamp, body))) % 8n);
    if ((r + k * a) % 8 === 0) return body;
  }
  return undefined;
}
