/**
 * The account's public key, or several while it is being rotated.
 *
 * All or nothing: one malformed key refuses every delivery, even those another key would verify. A typing mistake in the
 * next key is then seen on the day it is made, and not on the day the old key is switched off.
 */
import { decodeBase64 } from './decode-base64.ts';
import { isStrictPoint } from './strict-ed25519.ts';
import type { VerifyRefusal } from './verify-result.ts';

const PUBLIC_KEY_BYTES = 32;

// A rotation needs two. The bound keeps the cost of one forged delivery fixed, and every key in the import cache.
const MAX_KEY_COUNT = 8;

/**
 * Parses `publicKey` as it comes from the configuration. The base64 is as strict as the signature's; spaces are not
 * trimmed, so that there is one way to write a key and a stray line break is reported instead of guessed at.
 */
export function parsePublicKeys(
  publicKey: unknown,
): { readonly ok: true; readonly keys: readonly Uint8Array<ArrayBuffer>[] } | VerifyRefusal {
  const texts = listKeys(publicKey);
  if (texts.length === 0) return { ok: false, reason: 'public_key_missing' };
  if (texts.length > MAX_KEY_COUNT) {
    return { ok: false, reason: 'public_keys_too_many', keyCount: texts.length, maxKeyCount: MAX_KEY_COUNT };
  }
  const keys: Uint8Array<ArrayBuffer>[] = [];
  for (const [keyIndex, text] of texts.entries()) {
    const key = typeof text === 'string' ? decodeBase64(text, PUBLIC_KEY_BYTES) : undefined;
    if (!key || !isStrictPoint(key)) return { ok: false, reason: 'public_key_malformed', keyIndex };
    keys.push(key);
  }
  return { ok: true, keys };
}

// An entry of an array is one key: only a single string is split. An empty entry stays, and is malformed.
function listKeys(publicKey: unknown): readonly unknown[] {
  if (publicKey === undefined || publicKey === null || publicKey === '') return [];
  if (typeof publicKey === 'string') return publicKey.split(',');
  return Array.isArray(publicKey) ? publicKey : [publicKey];
}
