/**
 * Makes deliveries as Telnyx would: fixed keys (so that a failure can be repeated), a fixed clock, the platform's own signer.
 * Uses Web APIs only, because the same tests run in Node and in workerd.
 */
import { BASE_POINT, encodePoint, multiply, secretScalar } from './ed25519-arithmetic.ts';

export const NOW_SECONDS = 1_790_000_000;
export const NOW_MS = NOW_SECONDS * 1000;
export const BODY = '{"data":{"event_type":"call.answered","id":"0ccc7b54-4df3-4bca-a65a-3da1ecc777f0"}}';

export interface Signer {
  /** Base64, as the portal shows it. */
  readonly publicKey: string;
  readonly publicKeyBytes: Uint8Array<ArrayBuffer>;
  readonly secretScalar: bigint;
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(text));
}

export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The same bytes with one bit inverted. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

/** A key pair whose seed is 32 times `seedByte`. */
export async function makeSigner(seedByte: number): Promise<Signer> {
  const seed = new Uint8Array(32).fill(seedByte);
  const pkcs8 = concat(fromHex('302e020100300506032b657004220420'), seed); // RFC 8410 section 7
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign']);
  const scalar = await secretScalar(seed);
  const publicKeyBytes = encodePoint(multiply(scalar, BASE_POINT));
  return {
    publicKey: base64(publicKeyBytes),
    publicKeyBytes,
    secretScalar: scalar,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, message)),
  };
}

export function signedBytes(timestamp: string | number, body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(utf8(`${timestamp}|`), typeof body === 'string' ? utf8(body) : body);
}

export interface SignedHeaders {
  'telnyx-signature-ed25519': string;
  'telnyx-timestamp': string;
  [other: string]: string;
}

export function headersOf(signature: Uint8Array, timestamp: string | number = NOW_SECONDS): SignedHeaders {
  return { 'telnyx-signature-ed25519': base64(signature), 'telnyx-timestamp': String(timestamp) };
}

/** A delivery that verifies, ready to be spread into the options and spoilt. */
export async function signedDelivery(
  signer: Signer,
  { body = BODY as string | Uint8Array<ArrayBuffer>, timestamp = NOW_SECONDS as string | number } = {},
) {
  const headers = headersOf(await signer.sign(signedBytes(timestamp, body)), timestamp);
  return { body, headers, publicKey: signer.publicKey as string | string[] | undefined, nowMs: NOW_MS };
}
