/**
 * Sealing of patient data at rest (HS-04): AES-256-GCM under a data key of each patient, itself wrapped by the ring of PHI_KEYS.
 * Synchronous, so that a Durable Object can seal and store in one step; the only file that may import node:crypto.
 * Wire form of every sealed text: base64(nonce 12 | ciphertext | tag 16); of a wrapped key: `<key id>.<that>`.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const OBJECT_SALT_BYTES = 16;
const KEY_BYTES = 32;

/** The keys of PHI_KEYS by id; the first is current, the others still open what they sealed. */
export interface KeyRing {
  readonly currentId: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

/** The plain data key of one patient. Lives in memory only. */
export type DataKey = Uint8Array & { readonly __dataKey?: never };

/** Under which one long object is sealed, chunk by chunk; from the patient's key and the object's salt. */
export type ObjectKey = Uint8Array & { readonly __objectKey?: never };

/** Where a sealed text belongs. It is part of what is authenticated: a text moved to another row does not open. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code: 'unknown_key' | 'not_openable' | 'no_key';
  constructor(code: SealError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** `id:base64,id:base64…`; null when any part is malformed, an id is used twice or a key is not 32 bytes. */
export function parseKeyRing(phiKeys: string): KeyRing | null {
  const keys = new Map<string, Uint8Array>();
  for (const part of phiKeys.split(',')) {
    const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(part.trim());
    const [id, base64] = [match?.[1], match?.[2]];
    if (id === undefined || base64 === undefined || keys.has(id)) return null;
    keys.set(id, Uint8Array.fromBase64(base64));
  }
  const [currentId] = keys.keys();
  return currentId === undefined ? null : { currentId, keys };
}

export const newDataKey = (): DataKey => new Uint8Array(randomBytes(KEY_BYTES));

const keyPlace = (patientId: string): SealedPlace => ({ table: 'keys', column: 'wrapped', row: patientId });

export function wrapDataKey(ring: KeyRing, dataKey: DataKey, patientId: string): string {
  return `${ring.currentId}.${encrypt(ringKey(ring, ring.currentId), dataKey, keyPlace(patientId)).toBase64()}`;
}

export function unwrapDataKey(ring: KeyRing, wrapped: string, patientId: string): DataKey {
  const dot = wrapped.indexOf('.');
  const key = ringKey(ring, wrapped.slice(0, dot));
  const place = keyPlace(patientId);
  return decrypt(key, bytesOf(wrapped.slice(dot + 1), place), place);
}

export const seal = (dataKey: DataKey, place: SealedPlace, text: string): string =>
  sealBytes(dataKey, place, new TextEncoder().encode(text)).toBase64();

export const unseal = (dataKey: DataKey, place: SealedPlace, sealed: string): string =>
  new TextDecoder().decode(unsealBytes(dataKey, place, sealed));

export const sealBytes = (dataKey: DataKey, place: SealedPlace, bytes: Uint8Array): Uint8Array =>
  encrypt(dataKey, bytes, place);

export const openBytes = (dataKey: DataKey, place: SealedPlace, sealed: Uint8Array): Uint8Array =>
  decrypt(dataKey, sealed, place);

/** Of the base64 that is stored. */
export const unsealBytes = (dataKey: DataKey, place: SealedPlace, sealed: string): Uint8Array =>
  openBytes(dataKey, place, bytesOf(sealed, place));

/** Under the ring itself, for what must outlive the patient's key: suppressed numbers. Form `<key id>.<base64>`. */
export function sealUnderRing(ring: KeyRing, place: SealedPlace, text: string): string {
  const bytes = encrypt(ringKey(ring, ring.currentId), new TextEncoder().encode(text), place);
  return `${ring.currentId}.${bytes.toBase64()}`;
}

export function unsealUnderRing(ring: KeyRing, place: SealedPlace, sealed: string): string {
  const dot = sealed.indexOf('.');
  return new TextDecoder().decode(
    decrypt(ringKey(ring, sealed.slice(0, dot)), bytesOf(sealed.slice(dot + 1), place), place),
  );
}

/** For what must not hide the rest: null where the keys at hand do not open it. */
export function openOrNull(open: () => string): string | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

export type IndexedField = 'phone' | 'last_four' | 'family_name' | 'preflight' | 'media' | 'idempotency';

/** A keyed hash for exact search, `<key id>.<base64url of 16 bytes>`: without the ring it says nothing about the value. */
export function searchHash(ring: KeyRing, field: IndexedField, value: string, keyId: string = ring.currentId): string {
  const digest = createHmac('sha256', indexKeyOf(ringKey(ring, keyId), field))
    .update(value)
    .digest();
  return `${keyId}.${new Uint8Array(digest).subarray(0, 16).toBase64({ alphabet: 'base64url', omitPadding: true })}`;
}

/** Made once of each key: a list of numbers asks for it a million times. Gone with the key it was made of. */
const indexKeys = new WeakMap<Uint8Array, Map<IndexedField, Uint8Array>>();

function indexKeyOf(key: Uint8Array, field: IndexedField): Uint8Array {
  const known = indexKeys.get(key) ?? new Map<IndexedField, Uint8Array>();
  indexKeys.set(key, known);
  let made = known.get(field);
  if (made === undefined) {
    made = new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `telnyx-edge-intake search ${field}`, KEY_BYTES));
    known.set(field, made);
  }
  return made;
}

/** The hashes of a value under every key of the ring: rows written before a rotation are still found. */
export const searchHashes = (ring: KeyRing, field: IndexedField, value: string): string[] =>
  [...ring.keys.keys()].map((keyId) => searchHash(ring, field, value, keyId));

/** Of each of these values, for whoever asks several tables about them. */
export const hashesOfEach = (
  ring: KeyRing,
  field: IndexedField,
  values: Iterable<string>,
): ReadonlyMap<string, readonly string[]> =>
  new Map([...new Set(values)].map((value) => [value, searchHashes(ring, field, value)]));

/** Whether that is the hash of the value under any key of the ring. Takes as long for a near miss as for a far one. */
export function isSearchHash(ring: KeyRing, field: IndexedField, value: string, hash: string): boolean {
  const given = new TextEncoder().encode(hash);
  return searchHashes(ring, field, value).reduce((found, expected) => {
    const bytes = new TextEncoder().encode(expected);
    return (bytes.length === given.length && timingSafeEqual(bytes, given)) || found;
  }, false);
}

function ringKey(ring: KeyRing, id: string): Uint8Array {
  const key = ring.keys.get(id);
  if (key === undefined) throw new SealError('unknown_key', 'sealed with a key that is not in PHI_KEYS');
  return key;
}

export const newSalt = (): Uint8Array => new Uint8Array(randomBytes(OBJECT_SALT_BYTES));

/** A key of its own for each object: its chunks can count their nonces from 0 without ever meeting another object's. */
export const objectKey = (dataKey: DataKey, salt: Uint8Array, { table, column, row }: SealedPlace): ObjectKey =>
  new Uint8Array(hkdfSync('sha256', dataKey, salt, `telnyx-edge-intake object ${table} ${column} ${row}`, KEY_BYTES));

/** One chunk under `nonce` (12 bytes, never twice under one key): ciphertext | tag 16. */
export function sealChunk(key: ObjectKey, nonce: Uint8Array, bytes: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = new Uint8Array(bytes.length + TAG_BYTES);
  sealed.set(cipher.update(bytes), 0);
  cipher.final();
  sealed.set(cipher.getAuthTag(), bytes.length);
  return sealed;
}

export function openChunk(key: ObjectKey, nonce: Uint8Array, sealed: Uint8Array): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const bytes = new Uint8Array(decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)));
    decipher.final();
    return bytes;
  } catch (cause) {
    throw new SealError('not_openable', `a chunk of a sealed object does not open: ${(cause as Error).name}`);
  }
}

const additionalData = ({ table, column, row }: SealedPlace): Uint8Array =>
  new TextEncoder().encode(`${table}\0${column}\0${row}`);

/** Made once of each key, which a call uses with every event. Gone with the key it was made of. */
const secretKeys = new WeakMap<Uint8Array, KeyObject>();

function secretKeyOf(key: Uint8Array): KeyObject {
  const known = secretKeys.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(key);
  secretKeys.set(key, made);
  return made;
}

function encrypt(key: Uint8Array, bytes: Uint8Array, place: SealedPlace): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const cipher = createCipheriv('aes-256-gcm', secretKeyOf(key), nonce);
  cipher.setAAD(additionalData(place));
  const sealed = new Uint8Array(NONCE_BYTES + bytes.length + TAG_BYTES);
  sealed.set(nonce, 0);
  sealed.set(cipher.update(bytes), NONCE_BYTES);
  cipher.final();
  sealed.set(cipher.getAuthTag(), NONCE_BYTES + bytes.length);
  return sealed;
}

function bytesOf(base64: string, place: SealedPlace): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64);
  } catch (cause) {
    throw notOpenable(place, cause);
  }
}

function decrypt(key: Uint8Array, sealed: Uint8Array, place: SealedPlace): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(additionalData(place));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const bytes = new Uint8Array(decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)));
    decipher.final();
    return bytes;
  } catch (cause) {
    throw notOpenable(place, cause);
  }
}

const notOpenable = ({ table, column }: SealedPlace, cause: unknown): SealError =>
  new SealError('not_openable', `a sealed text of ${table}.${column} does not open: ${(cause as Error).name}`);

/** Of the audit's lines, which a Durable Object chains and stores in one step. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');
