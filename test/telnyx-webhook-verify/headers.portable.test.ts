/** Where the two headers may come from, and every way of sending one twice, never, or in another spelling. */

import { verifyTelnyxWebhook, type WebhookHeaders } from 'telnyx-webhook-verify';
import { describe, expect, test } from 'vitest';
import { base64, concat, fromBase64, makeSigner, signedDelivery } from './signed-delivery.ts';

const SIGNATURE = 'telnyx-signature-ed25519';
const TIMESTAMP = 'telnyx-timestamp';
const NAMES = [SIGNATURE, TIMESTAMP] as const;

const signer = await makeSigner(2);
const delivery = await signedDelivery(signer);
const good = delivery.headers;

function verifyWith(headers: unknown) {
  return verifyTelnyxWebhook({ ...delivery, headers: headers as WebhookHeaders });
}

describe('collections', () => {
  const accepted: Record<string, WebhookHeaders> = {
    'a plain object': good,
    'a Fetch Headers object': new Headers(good),
    'the headers of a Request': new Request('https://example.test/', { method: 'POST', headers: good }).headers,
    'names in title case': { 'Telnyx-Signature-Ed25519': good[SIGNATURE], 'Telnyx-Timestamp': good[TIMESTAMP] },
    'names in upper case': { [SIGNATURE.toUpperCase()]: good[SIGNATURE], [TIMESTAMP.toUpperCase()]: good[TIMESTAMP] },
    'values in arrays of one': { [SIGNATURE]: [good[SIGNATURE]], [TIMESTAMP]: [good[TIMESTAMP]] },
    'other headers beside them, arrays among them': { ...good, get: 'x', 'set-cookie': ['a', 'b'], via: undefined },
    'a second spelling without a value': { ...good, 'Telnyx-Timestamp': undefined },
    'an object without prototype': Object.assign(Object.create(null), good),
  };

  test.each(Object.entries(accepted))('reads %s', async (_, headers) => {
    expect(await verifyWith(headers)).toMatchObject({ ok: true });
  });
});

describe('absent', () => {
  const reasons = { [SIGNATURE]: 'signature_missing', [TIMESTAMP]: 'timestamp_missing' };

  test.each(NAMES)('refuses a delivery without %s', async (name) => {
    const refusal = { ok: false, reason: reasons[name] };
    const { [name]: _, ...rest } = good;
    expect(await verifyWith(rest)).toEqual(refusal);
    expect(await verifyWith(new Headers(rest as Record<string, string>))).toEqual(refusal);
    expect(await verifyWith({ ...good, [name]: undefined })).toEqual(refusal);
    expect(await verifyWith({ ...good, [name]: null })).toEqual(refusal);
    expect(await verifyWith({ ...good, [name]: [] })).toEqual(refusal);
  });

  test('refuses an unsigned delivery: no headers at all (SE-01)', async () => {
    expect(await verifyWith({})).toEqual({ ok: false, reason: 'signature_missing' });
    expect(await verifyWith(new Headers())).toEqual({ ok: false, reason: 'signature_missing' });
  });

  test('does not count inherited properties as headers', async () => {
    expect(await verifyWith(Object.create(good))).toEqual({ ok: false, reason: 'signature_missing' });
  });

  test('refuses the signature header of the old webhook version', async () => {
    expect(await verifyWith({ 'x-telnyx-signature': good[SIGNATURE], [TIMESTAMP]: good[TIMESTAMP] })).toEqual({
      ok: false,
      reason: 'signature_missing',
    });
  });
});

describe('repeated', () => {
  test.each(NAMES)('refuses %s sent twice, in every collection, even with equal values', async (name) => {
    const refusal = { ok: false, reason: 'header_repeated', header: name };
    const doubled = new Headers(good);
    doubled.append(name, good[name]);
    expect(await verifyWith(doubled)).toEqual(refusal);
    expect(await verifyWith({ ...good, [name]: [good[name], good[name]] })).toEqual(refusal);
    expect(await verifyWith({ ...good, [name]: `${good[name]}, ${good[name]}` })).toEqual(refusal);
    expect(await verifyWith({ ...good, [name.toUpperCase()]: good[name] })).toEqual(refusal);
  });

  test.each(NAMES)('refuses %s sent twice when one of the two is wrong, whichever comes first', async (name) => {
    const refusal = { ok: false, reason: 'header_repeated', header: name };
    for (const values of [
      [good[name], '1'],
      ['1', good[name]],
      [good[name], ''],
      ['', good[name]],
    ]) {
      const doubled = new Headers();
      for (const other of NAMES) if (other !== name) doubled.append(other, good[other]);
      for (const value of values) doubled.append(name, value);
      expect(await verifyWith(doubled)).toEqual(refusal);
      expect(await verifyWith({ ...good, [name]: values })).toEqual(refusal);
    }
  });
});

describe('the signature text', () => {
  const raw = fromBase64(good[SIGNATURE]);
  const text = good[SIGNATURE];
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  // 64 bytes leave 4 unused bits in the last character before "==": 15 other characters decode to the same bytes.
  const last = alphabet.indexOf(text[85]!);
  const nonCanonical = Array.from({ length: 15 }, (_, index) => `${text.slice(0, 85)}${alphabet[last + index + 1]}==`);

  const malformed: Record<string, string> = {
    'an empty text': '',
    'one padding character missing': text.slice(0, -1),
    'no padding': text.slice(0, -2),
    'too much padding': `${text}=`,
    'a whole block of padding more': `${text}====`,
    'a leading space': ` ${text}`,
    'a trailing line feed': `${text}\n`,
    'a space in place of the last padding': `${text.slice(0, -1)} `,
    'a line feed inside': `${text.slice(0, 76)}\n${text.slice(76)}`,
    'whitespace that keeps the length': ` ${text.slice(0, -2)} `,
    'hexadecimal digits': [...raw].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    '63 bytes': base64(raw.subarray(0, 63)),
    '65 bytes': base64(concat(raw, new Uint8Array(1))),
    '66 bytes, which base64 spells without padding': base64(concat(raw, new Uint8Array(2))),
    'a character outside the alphabet': `!${text.slice(1)}`,
    'a character outside Latin-1': `√${text.slice(1)}`,
    'base64 encoded twice': btoa(text),
    'a million characters': 'A'.repeat(1_000_000),
  };

  test.each(Object.entries(malformed))('is refused with %s', async (_, value) => {
    expect(await verifyWith({ ...good, [SIGNATURE]: value })).toEqual({ ok: false, reason: 'signature_malformed' });
  });

  test('is refused in each of the fifteen other spellings of the same bytes', async () => {
    expect(last % 16).toBe(0);
    for (const value of nonCanonical) {
      expect(fromBase64(value)).toEqual(raw);
      expect(await verifyWith({ ...good, [SIGNATURE]: value })).toEqual({ ok: false, reason: 'signature_malformed' });
    }
  });

  test('is refused in the URL-safe alphabet', async () => {
    // Not every signature holds both characters that differ, so sign until one does.
    for (let count = 0; ; count += 1) {
      const candidate = await signedDelivery(signer, { body: `${count}` });
      const standard = candidate.headers[SIGNATURE];
      if (!standard.includes('+') || !standard.includes('/')) continue;
      expect(await verifyTelnyxWebhook(candidate)).toMatchObject({ ok: true });
      for (const value of [
        standard.replaceAll('+', '-').replaceAll('/', '_'),
        standard.replaceAll('+', '-'),
        standard.replaceAll('/', '_'),
      ]) {
        const headers = { ...candidate.headers, [SIGNATURE]: value };
        expect(await verifyTelnyxWebhook({ ...candidate, headers })).toEqual({
          ok: false,
          reason: 'signature_malformed',
        });
      }
      return;
    }
  });
});

describe('values that are no text', () => {
  const odd: Record<string, unknown> = {
    'a number': 1_790_000_000,
    'a boolean': true,
    'an object': {},
    'a nested array': [['1790000000']],
    'a text object': new String(good[TIMESTAMP]),
    'an object with its own toString': { toString: () => good[TIMESTAMP] },
    'a symbol': Symbol('1790000000'),
  };

  test.each(Object.entries(odd))('are refused as malformed: %s', async (_, value) => {
    expect(await verifyWith({ ...good, [TIMESTAMP]: value })).toEqual({ ok: false, reason: 'timestamp_malformed' });
    expect(await verifyWith({ ...good, [SIGNATURE]: value })).toEqual({ ok: false, reason: 'signature_malformed' });
  });
});
