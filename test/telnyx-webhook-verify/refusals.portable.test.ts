/** The rest of the contract: wrong signer, order of reasons, misuse of the call, and that nothing of the sender's is echoed. */

import { type VerifyOptions, verifyTelnyxWebhook } from 'telnyx-webhook-verify';
import { describe, expect, test } from 'vitest';
import { BODY, base64, makeSigner, NOW_SECONDS, signedBytes, signedDelivery, utf8 } from './signed-delivery.ts';

const [signer, stranger] = await Promise.all([makeSigner(9), makeSigner(10)]);
const delivery = await signedDelivery(signer);

describe('signatures', () => {
  const MISMATCH = { ok: false, reason: 'signature_mismatch' };

  test('refuses a delivery signed with another key (SE-01, HS-08)', async () => {
    const { headers } = await signedDelivery(stranger);
    expect(await verifyTelnyxWebhook({ ...delivery, headers })).toEqual(MISMATCH);
  });

  test('refuses a changed body under the old signature (SE-01)', async () => {
    expect(await verifyTelnyxWebhook({ ...delivery, body: BODY.replace('answered', 'hangup') })).toEqual(MISMATCH);
  });

  test('refuses the signature of another delivery by the same key', async () => {
    const { headers } = await signedDelivery(signer, { body: `${BODY} ` });
    expect(await verifyTelnyxWebhook({ ...delivery, headers })).toEqual(MISMATCH);
  });

  test.each([
    ['the body alone', utf8(BODY)],
    ['timestamp and body without the bar', utf8(`${NOW_SECONDS}${BODY}`)],
    ['timestamp and body with a point between', utf8(`${NOW_SECONDS}.${BODY}`)],
    ['body before timestamp', utf8(`${BODY}|${NOW_SECONDS}`)],
    ['a line feed at the end', signedBytes(NOW_SECONDS, `${BODY}\n`)],
  ])('refuses a signature over %s', async (_, message) => {
    const headers = { ...delivery.headers, 'telnyx-signature-ed25519': base64(await signer.sign(message)) };
    expect(await verifyTelnyxWebhook({ ...delivery, headers })).toEqual(MISMATCH);
  });
});

describe('the order of reasons', () => {
  test('reports form before age, and age before the signature', async () => {
    const old = await signedDelivery(stranger, { timestamp: NOW_SECONDS - 1000 });
    const wrong = { ...old, publicKey: signer.publicKey };
    expect(await verifyTelnyxWebhook(wrong)).toMatchObject({ reason: 'timestamp_too_old' });
    const headers = { ...old.headers, 'telnyx-signature-ed25519': 'x' };
    expect(await verifyTelnyxWebhook({ ...wrong, headers })).toMatchObject({ reason: 'signature_malformed' });
    const both = { ...headers, 'telnyx-timestamp': 'x' };
    expect(await verifyTelnyxWebhook({ ...wrong, headers: both })).toMatchObject({ reason: 'signature_malformed' });
  });
});

describe('misuse of the call', () => {
  const misuses: Record<string, [unknown, string]> = {
    'no options': [undefined, 'options'],
    'null for options': [null, 'options'],
    'a parsed body': [{ ...delivery, body: JSON.parse(BODY) }, 'body'],
    'no body': [{ ...delivery, body: undefined }, 'body'],
    'null for a body': [{ ...delivery, body: null }, 'body'],
    'a number for a body': [{ ...delivery, body: 5 }, 'body'],
    'an array of bytes for a body': [{ ...delivery, body: [...utf8(BODY)] }, 'body'],
    'a view of wider elements for a body': [{ ...delivery, body: new Uint16Array(4) }, 'body'],
    'an object that only calls itself bytes': [{ ...delivery, body: { [Symbol.toStringTag]: 'Uint8Array' } }, 'body'],
    'no headers': [{ ...delivery, headers: undefined }, 'headers'],
    'null for headers': [{ ...delivery, headers: null }, 'headers'],
    'text for headers': [{ ...delivery, headers: 'telnyx-timestamp: 1' }, 'headers'],
    'NaN for the tolerance': [{ ...delivery, toleranceSeconds: Number.NaN }, 'toleranceSeconds'],
    'a negative tolerance': [{ ...delivery, toleranceSeconds: -1 }, 'toleranceSeconds'],
    'an infinite tolerance': [{ ...delivery, toleranceSeconds: Number.POSITIVE_INFINITY }, 'toleranceSeconds'],
    'text for the tolerance': [{ ...delivery, toleranceSeconds: '300' }, 'toleranceSeconds'],
    'null for the tolerance': [{ ...delivery, toleranceSeconds: null }, 'toleranceSeconds'],
    'NaN for the clock': [{ ...delivery, nowMs: Number.NaN }, 'nowMs'],
    'a Date for the clock': [{ ...delivery, nowMs: new Date() }, 'nowMs'],
  };

  test.each(Object.entries(misuses))(
    'rejects with a coded TypeError that names the option: %s',
    async (_, [options, name]) => {
      const error = await verifyTelnyxWebhook(options as VerifyOptions).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ code: 'ERR_TELNYX_VERIFY_ARGUMENT' });
      expect((error as TypeError).message.split(' ')[0]).toBe(name);
    },
  );

  test('takes undefined for an optional number as left out', async () => {
    const options = { ...delivery, toleranceSeconds: undefined } as unknown as VerifyOptions;
    expect(await verifyTelnyxWebhook(options)).toMatchObject({ ok: true });
  });
});

describe('silence', () => {
  test('never repeats header values, key or body in a refusal', async () => {
    const marked = 'MARKED';
    const refused = [
      { ...delivery, headers: { ...delivery.headers, 'telnyx-timestamp': marked } },
      { ...delivery, headers: { ...delivery.headers, 'telnyx-timestamp': [marked, marked] } },
      { ...delivery, headers: { ...delivery.headers, 'telnyx-signature-ed25519': marked } },
      { ...delivery, headers: { ...delivery.headers, 'telnyx-signature-ed25519': `${marked},${marked}` } },
      { ...delivery, publicKey: marked },
      { ...delivery, publicKey: [delivery.publicKey as string, marked] },
      { ...delivery, body: marked },
    ];
    for (const options of refused) {
      const result = await verifyTelnyxWebhook(options);
      expect(result.ok).toBe(false);
      expect(JSON.stringify(result)).not.toContain(marked);
    }
  });

  test('never repeats a rejected argument in the error', async () => {
    const options = { ...delivery, body: { marked: 'MARKED' } } as unknown as VerifyOptions;
    await expect(verifyTelnyxWebhook(options)).rejects.toThrow(/^body must be the raw body: [^M]*$/);
  });
});
