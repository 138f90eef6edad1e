/**
 * Curve arithmetic in plain integers (RFC 8032 section 5.1), so that tests can build keys and signatures that no signing
 * library makes. Slow, and written from the RFC on purpose: it shares nothing with the code under test.
 */
export const FIELD_PRIME = 2n ** 255n - 19n;
export const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * invert(121666n));
const SQRT_MINUS_ONE = power(2n, (FIELD_PRIME - 1n) / 4n);

/** Extended homogeneous coordinates: x = X/Z, y = Y/Z, T = XY/Z. */
export interface Point {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
  readonly T: bigint;
}

const IDENTITY: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };
export const BASE_POINT = decodePoint(toBytes(mod(4n * invert(5n))))!;

function mod(value: bigint, modulus = FIELD_PRIME): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = mod(base), left = exponent; left > 0n; left >>= 1n, square = mod(square * square)) {
    if (left & 1n) result = mod(result * square);
  }
  return result;
}

function invert(value: bigint): bigint {
  return power(value, FIELD_PRIME - 2n);
}

export function add(p: Point, q: Point): Point {
  const a = mod((p.Y - p.X) * (q.Y - q.X));
  const b = mod((p.Y + p.X) * (q.Y + q.X));
  const c = mod(2n * D * p.T * q.T);
  const d = mod(2n * p.Z * q.Z);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { X: mod(e * f), Y: mod(g * h), Z: mod(f * g), T: mod(e * h) };
}

export function multiply(scalar: bigint, point: Point): Point {
  let result = IDENTITY;
  for (let double = point, left = scalar; left > 0n; left >>= 1n, double = add(double, double)) {
    if (left & 1n) result = add(result, double);
  }
  return result;
}

function equal(p: Point, q: Point): boolean {
  return mod(p.X * q.Z - q.X * p.Z) === 0n && mod(p.Y * q.Z - q.Y * p.Z) === 0n;
}

export function toBytes(value: bigint): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

export function fromBytes(bytes: Uint8Array): bigint {
  return [...bytes].reduce((sum, byte, index) => sum + (BigInt(byte) << BigInt(8 * index)), 0n);
}

export function encodePoint(point: Point): Uint8Array<ArrayBuffer> {
  const inverse = invert(point.Z);
  const [x, y] = [mod(point.X * inverse), mod(point.Y * inverse)];
  return toBytes(y | ((x & 1n) << 255n));
}

/** Decodes as laxly as any library seen: y is reduced modulo p, and the sign of x = 0 is ignored. */
export function decodePoint(bytes: Uint8Array): Point | undefined {
  const encoded = fromBytes(bytes);
  const [sign, y] = [encoded >> 255n, mod(encoded & (2n ** 255n - 1n))];
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  const square = mod(u * invert(v));
  let x = power(square, (FIELD_PRIME + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * SQRT_MINUS_ONE);
  if (mod(x * x) !== square) return undefined;
  if ((x & 1n) !== sign) x = mod(-x);
  return { X: x, Y: y, Z: 1n, T: mod(x * y) };
}

/** The eight points whose order divides 8, as multiples 0 to 7 of one generator. */
export function torsionPoints(): Point[] {
  for (let y = 2n; ; y += 1n) {
    const candidate = decodePoint(toBytes(y));
    const point = candidate && multiply(GROUP_ORDER, candidate); // drops the part of order L
    if (point && !equal(multiply(4n, point), IDENTITY)) {
      return Array.from({ length: 8 }, (_, index) => multiply(BigInt(index), point));
    }
  }
}

async function sha512(...parts: Uint8Array[]): Promise<Uint8Array> {
  const joined = Uint8Array.from(parts.flatMap((part) => [...part]));
  return new Uint8Array(await crypto.subtle.digest('SHA-512', joined));
}

/** k = SHA-512(R, A, M) modulo L. */
export async function challenge(R: Uint8Array, A: Uint8Array, message: Uint8Array): Promise<bigint> {
  return mod(fromBytes(await sha512(R, A, message)), GROUP_ORDER);
}

/** The secret scalar of a 32-byte seed (RFC 8032 section 5.1.5). */
export async function secretScalar(seed: Uint8Array): Promise<bigint> {
  const hash = (await sha512(seed)).slice(0, 32);
  hash[0]! &= 248;
  hash[31] = (hash[31]! & 127) | 64;
  return fromBytes(hash);
}

/**
 * A verifier that lets through all that RFC 8032 and its stricter readings forbid: S of any size, any encoding, any order.
 * With `cofactor` both sides are multiplied by 8, as RFC 8032 allows and batch verifiers do.
 */
export async function laxVerify(
  publicKey: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
  { cofactor }: { cofactor: boolean },
): Promise<boolean> {
  const [A, R] = [decodePoint(publicKey), decodePoint(signature.subarray(0, 32))];
  if (!A || !R) return false;
  const k = await challenge(signature.subarray(0, 32), publicKey, message);
  const left = multiply(fromBytes(signature.subarray(32)), BASE_POINT);
  const right = add(R, multiply(k, A));
  return cofactor ? equal(multiply(8n, left), multiply(8n, right)) : equal(left, right);
}
