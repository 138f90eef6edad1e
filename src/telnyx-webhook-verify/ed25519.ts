/**
 * Ed25519 through Web Crypto, and the cache of imported keys.
 * The caller has made sure that key and signature are strict (`strict-ed25519.ts`); this file does not.
 */

// Two full sets of rotating keys. The cache is a convenience: an evicted key is imported again.
const MAX_CACHED_KEYS = 16;

// Finished keys and not promises: in workerd a promise belongs to the request that made it, and waiting for another
// request's promise can hang. So the first verifications, if concurrent, import more than once, and a failed import
// leaves nothing behind.
const importedKeys = new Map<string, CryptoKey>();

/**
 * Verifies `signature` (64 bytes) over `message` with `publicKey` (32 bytes), RFC 8032 section 5.1.7.
 *
 * @returns false also for a key that is no point of the curve, where the platform notices that only now.
 * @throws what the platform throws, for instance NotSupportedError where Ed25519 is unknown.
 */
export async function verifyEd25519(
  publicKey: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await importPublicKey(publicKey);
  return crypto.subtle.verify('Ed25519', key, signature, message);
}

async function importPublicKey(publicKey: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const name = publicKey.join();
  const known = importedKeys.get(name);
  if (known) return known;
  const key = await crypto.subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify']);
  const [oldest] = importedKeys.keys();
  if (oldest !== undefined && importedKeys.size >= MAX_CACHED_KEYS) importedKeys.delete(oldest);
  importedKeys.set(name, key);
  return key;
}
