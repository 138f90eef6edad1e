/** One inverted bit anywhere, in what is signed, in the signature or in the key, is refused. All of them are tried. */

import { verifyTelnyxWebhook } from 'telnyx-webhook-verify';
import { expect, test } from 'vitest';
import { BODY, base64, flipBit, fromBase64, makeSigner, signedDelivery, utf8 } from './signed-delivery.ts';

const signer = await makeSigner(4);
const delivery = await signedDelivery(signer);
// A flipped digit can move the time by years: only a boundless window shows that the signature refuses, and not the age.
const boundless = { ...delivery, toleranceSeconds: Number.MAX_VALUE };

async function reasonsOf(options: Parameters<typeof verifyTelnyxWebhook>[0][]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const each of options) {
    const result = await verifyTelnyxWebhook(each);
    const reason = result.ok ? 'ACCEPTED' : result.reason;
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

const bitsOf = (bytes: Uint8Array) => Array.from({ length: bytes.length * 8 }, (_, bit) => flipBit(bytes, bit));
const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const withHeader = (name: string, value: string) => ({ ...boundless, headers: { ...delivery.headers, [name]: value } });

test('accepts the delivery as signed', async () => {
  expect(await reasonsOf([delivery, boundless])).toEqual({ ACCEPTED: 2 });
});

test('refuses every flipped bit of the body (SE-01, T01)', async () => {
  const flipped = bitsOf(utf8(BODY)).map((body) => ({ ...delivery, body }));
  expect(await reasonsOf(flipped)).toEqual({ signature_mismatch: BODY.length * 8 });
});

test('refuses every flipped bit of the signature', async () => {
  const flipped = bitsOf(fromBase64(delivery.headers['telnyx-signature-ed25519'])).map((bytes) =>
    withHeader('telnyx-signature-ed25519', base64(bytes)),
  );
  const counts = await reasonsOf(flipped);
  expect(Object.keys(counts).sort()).toEqual(['signature_malformed', 'signature_mismatch']);
  // S has 253 bits: flipping one of the highest puts it above the group order. R flipped is a mismatch.
  expect(counts['signature_malformed']).toBeGreaterThanOrEqual(3);
  expect(counts['signature_malformed']).toBeLessThanOrEqual(4);
});

test('refuses every flipped bit of the signature text', async () => {
  const flipped = bitsOf(utf8(delivery.headers['telnyx-signature-ed25519'])).map((bytes) =>
    withHeader('telnyx-signature-ed25519', latin1(bytes)),
  );
  expect(await reasonsOf(flipped)).not.toHaveProperty('ACCEPTED');
  expect(flipped).toHaveLength(88 * 8);
});

test('refuses every flipped bit of the timestamp text, by the signature alone where it is still a number', async () => {
  const flipped = bitsOf(utf8(delivery.headers['telnyx-timestamp'])).map((bytes) =>
    withHeader('telnyx-timestamp', latin1(bytes)),
  );
  const counts = await reasonsOf(flipped);
  expect(counts).not.toHaveProperty('ACCEPTED');
  expect(counts['signature_mismatch']).toBeGreaterThanOrEqual(20);
  expect(
    (counts['signature_mismatch'] ?? 0) + (counts['timestamp_malformed'] ?? 0) + (counts['header_repeated'] ?? 0),
  ).toBe(80);
});

test('refuses every flipped bit of the public key', async () => {
  const flipped = bitsOf(signer.publicKeyBytes).map((bytes) => ({ ...delivery, publicKey: base64(bytes) }));
  const counts = await reasonsOf(flipped);
  expect((counts['signature_mismatch'] ?? 0) + (counts['public_key_malformed'] ?? 0)).toBe(256);
});

test('refuses every flipped bit of the public key text', async () => {
  const flipped = bitsOf(utf8(signer.publicKey)).map((bytes) => ({ ...delivery, publicKey: latin1(bytes) }));
  const counts = await reasonsOf(flipped);
  expect((counts['signature_mismatch'] ?? 0) + (counts['public_key_malformed'] ?? 0)).toBe(44 * 8);
});
