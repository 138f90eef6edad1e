/** The configured key: rotation, mistakes in it, the cache of imported keys, and a platform that cannot verify. */

import { verifyTelnyxWebhook } from 'telnyx-webhook-verify';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { base64, concat, makeSigner, signedDelivery } from './signed-delivery.ts';

const [current, next, foreign] = await Promise.all([makeSigner(6), makeSigner(7), makeSigner(8)]);
const delivery = await signedDelivery(current);

function verifyWith(publicKey: unknown, signed = delivery) {
  return verifyTelnyxWebhook({ ...signed, publicKey: publicKey as string });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('rotation', () => {
  test('accepts either of two keys and says which one it was', async () => {
    const bySecond = await signedDelivery(next);
    for (const keys of [[current.publicKey, next.publicKey], `${current.publicKey},${next.publicKey}`]) {
      expect(await verifyWith(keys)).toMatchObject({ ok: true, keyIndex: 0 });
      expect(await verifyWith(keys, bySecond)).toMatchObject({ ok: true, keyIndex: 1 });
    }
  });

  test('refuses what neither key has signed', async () => {
    const keys = [current.publicKey, next.publicKey];
    expect(await verifyWith(keys, await signedDelivery(foreign))).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  test('refuses the old key once it is taken out (SE-28)', async () => {
    expect(await verifyWith(next.publicKey)).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  test('reports the first of equal keys', async () => {
    expect(await verifyWith([next.publicKey, current.publicKey, current.publicKey])).toMatchObject({ keyIndex: 1 });
  });

  test('takes up to eight keys and no ninth', async () => {
    const others = Array.from({ length: 7 }, () => next.publicKey);
    expect(await verifyWith([...others, current.publicKey])).toMatchObject({ ok: true, keyIndex: 7 });
    const refusal = { ok: false, reason: 'public_keys_too_many', keyCount: 9, maxKeyCount: 8 };
    expect(await verifyWith([current.publicKey, ...others, next.publicKey])).toEqual(refusal);
    expect(await verifyWith([current.publicKey, ...others, next.publicKey].join(','))).toEqual(refusal);
  });
});

describe('mistakes', () => {
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['an empty string', ''],
    ['an empty array', []],
  ])('reports a missing key: %s', async (_, publicKey) => {
    expect(await verifyWith(publicKey)).toEqual({ ok: false, reason: 'public_key_missing' });
  });

  const key = current.publicKey;
  const raw = current.publicKeyBytes;
  const malformed: Record<string, unknown> = {
    'no padding': key.slice(0, -1),
    'a trailing line feed': `${key}\n`,
    'a leading space': ` ${key}`,
    'quotation marks around it': `"${key}"`,
    '31 bytes': base64(raw.subarray(0, 31)),
    '33 bytes': base64(concat(raw, new Uint8Array(1))),
    '64 bytes': base64(concat(raw, raw)),
    'hexadecimal digits': [...raw].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    'a DER wrapper': base64(concat(new Uint8Array([48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0]), raw)),
    'PEM armour': `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----`,
    'a word': 'undefined',
    'only a comma': ',',
    'bytes instead of base64': raw,
    'a number': 1,
    'an object': {},
    'an array with an unset entry': [undefined],
    'an array with an empty entry': [''],
    'an array with two keys in one entry': [`${key},${key}`],
  };

  test.each(Object.entries(malformed))('reports a malformed key: %s', async (_, publicKey) => {
    expect(await verifyWith(publicKey)).toEqual({ ok: false, reason: 'public_key_malformed', keyIndex: 0 });
  });

  test('reports a key in another spelling of the same bytes', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = alphabet.indexOf(key[42]!);
    for (const offset of [1, 2, 3]) {
      const other = `${key.slice(0, 42)}${alphabet[last + offset]}=`;
      expect(atob(other)).toBe(atob(key));
      expect(await verifyWith(other)).toMatchObject({ reason: 'public_key_malformed' });
    }
  });

  test.each([
    ['after it', (bad: string) => [current.publicKey, bad], 1],
    ['before it', (bad: string) => [bad, current.publicKey], 0],
  ])('lets a malformed key refuse all, with a good key %s', async (_, arrange, keyIndex) => {
    for (const bad of ['x', ` ${next.publicKey}`, base64(new Uint8Array(32)), '']) {
      const refusal = { ok: false, reason: 'public_key_malformed', keyIndex };
      expect(await verifyWith(arrange(bad))).toEqual(refusal);
      expect(await verifyWith(arrange(bad).join(','))).toEqual(refusal);
    }
  });

  test('reports the key before anything about the delivery, because no delivery can pass', async () => {
    const unsigned = { ...delivery, headers: {}, publicKey: undefined };
    expect(await verifyTelnyxWebhook(unsigned)).toEqual({ ok: false, reason: 'public_key_missing' });
  });
});

describe('the cache of imported keys', () => {
  test('imports a key once for many deliveries', async () => {
    const signer = await makeSigner(40);
    const signed = await signedDelivery(signer);
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    for (let count = 0; count < 20; count += 1) {
      expect(await verifyTelnyxWebhook(signed)).toMatchObject({ ok: true });
    }
    expect(importKey).toHaveBeenCalledTimes(1);
  });

  test('does not keep a failed import', async () => {
    const signer = await makeSigner(41);
    const signed = await signedDelivery(signer);
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    importKey.mockRejectedValueOnce(new DOMException('busy', 'OperationError'));
    expect(await verifyTelnyxWebhook(signed)).toEqual({
      ok: false,
      reason: 'crypto_unavailable',
      errorName: 'OperationError',
    });
    expect(await verifyTelnyxWebhook(signed)).toMatchObject({ ok: true });
    expect(await verifyTelnyxWebhook(signed)).toMatchObject({ ok: true });
    expect(importKey).toHaveBeenCalledTimes(2);
  });

  test('keeps keys apart, and forgets the oldest instead of growing', async () => {
    const signers = await Promise.all(Array.from({ length: 17 }, (_, index) => makeSigner(50 + index)));
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    const first = await signedDelivery(signers[0]!);
    for (const signer of signers) {
      expect(await verifyTelnyxWebhook(await signedDelivery(signer))).toMatchObject({ ok: true });
    }
    expect(importKey).toHaveBeenCalledTimes(17);
    expect(await verifyTelnyxWebhook(await signedDelivery(signers[16]!))).toMatchObject({ ok: true });
    expect(importKey).toHaveBeenCalledTimes(17);
    expect(await verifyTelnyxWebhook(first)).toMatchObject({ ok: true });
    expect(importKey).toHaveBeenCalledTimes(18);
    expect(await verifyWith(signers[1]!.publicKey, first)).toEqual({ ok: false, reason: 'signature_mismatch' });
  });
});

describe('a platform that cannot verify', () => {
  test.each([
    ['an unknown algorithm', new DOMException('unrecognised', 'NotSupportedError'), 'NotSupportedError'],
    ['a thrown value that is no error', 'no', 'unknown'],
  ])('refuses with the platform’s error name: %s', async (_, thrown, errorName) => {
    vi.spyOn(crypto.subtle, 'verify').mockRejectedValue(thrown);
    expect(await verifyTelnyxWebhook(delivery)).toEqual({ ok: false, reason: 'crypto_unavailable', errorName });
  });

  test('refuses where Web Crypto is absent, as outside a secure context', async () => {
    vi.stubGlobal('crypto', {});
    const result = await verifyTelnyxWebhook(delivery).finally(() => vi.unstubAllGlobals());
    expect(result).toEqual({ ok: false, reason: 'crypto_unavailable', errorName: 'TypeError' });
  });
});
