/** The timestamp header: its form, its window, and that neither can be talked round by a valid signature. */

import { verifyTelnyxWebhook } from 'telnyx-webhook-verify';
import { describe, expect, test } from 'vitest';
import { makeSigner, NOW_MS, NOW_SECONDS, signedDelivery } from './signed-delivery.ts';

const signer = await makeSigner(1);

describe('the window', () => {
  test('accepts a delivery signed now, and says when it was signed', async () => {
    expect(await verifyTelnyxWebhook(await signedDelivery(signer))).toEqual({
      ok: true,
      timestamp: NOW_SECONDS,
      keyIndex: 0,
    });
  });

  test.each([-300, -299, 0, 299, 300])('accepts an offset of %i seconds', async (offset) => {
    const delivery = await signedDelivery(signer, { timestamp: NOW_SECONDS + offset });
    expect(await verifyTelnyxWebhook(delivery)).toMatchObject({ ok: true, timestamp: NOW_SECONDS + offset });
  });

  test.each([301, 412, NOW_SECONDS])('refuses a delivery signed %i seconds ago (SE-02)', async (age) => {
    const delivery = await signedDelivery(signer, { timestamp: NOW_SECONDS - age });
    expect(await verifyTelnyxWebhook(delivery)).toEqual({
      ok: false,
      reason: 'timestamp_too_old',
      ageSeconds: age,
      toleranceSeconds: 300,
    });
  });

  test.each([301, 86_400])('refuses a delivery signed %i seconds in the future', async (ahead) => {
    const delivery = await signedDelivery(signer, { timestamp: NOW_SECONDS + ahead });
    expect(await verifyTelnyxWebhook(delivery)).toEqual({
      ok: false,
      reason: 'timestamp_too_new',
      aheadSeconds: ahead,
      toleranceSeconds: 300,
    });
  });

  test('counts whole seconds: the last millisecond of the 300th second still passes', async () => {
    const delivery = await signedDelivery(signer);
    expect(await verifyTelnyxWebhook({ ...delivery, nowMs: NOW_MS + 300_999 })).toMatchObject({ ok: true });
    expect(await verifyTelnyxWebhook({ ...delivery, nowMs: NOW_MS + 301_000 })).toMatchObject({ ok: false });
  });

  test('follows toleranceSeconds, both wider and down to nothing', async () => {
    const delivery = await signedDelivery(signer, { timestamp: NOW_SECONDS - 10 });
    expect(await verifyTelnyxWebhook({ ...delivery, toleranceSeconds: 10 })).toMatchObject({ ok: true });
    expect(await verifyTelnyxWebhook({ ...delivery, toleranceSeconds: 9 })).toEqual({
      ok: false,
      reason: 'timestamp_too_old',
      ageSeconds: 10,
      toleranceSeconds: 9,
    });
    const now = await signedDelivery(signer);
    expect(await verifyTelnyxWebhook({ ...now, toleranceSeconds: 0 })).toMatchObject({ ok: true });
    expect(await verifyTelnyxWebhook({ ...now, toleranceSeconds: 0, nowMs: NOW_MS - 1 })).toMatchObject({
      reason: 'timestamp_too_new',
      aheadSeconds: 1,
    });
  });

  test('uses the real clock when none is given', async () => {
    const { nowMs: _, ...recent } = await signedDelivery(signer, { timestamp: Math.floor(Date.now() / 1000) });
    expect(await verifyTelnyxWebhook(recent)).toMatchObject({ ok: true });
    const { nowMs: __, ...old } = await signedDelivery(signer, { timestamp: 1_600_000_000 });
    expect(await verifyTelnyxWebhook(old)).toMatchObject({ reason: 'timestamp_too_old' });
  });

  test('cannot be moved by sending a fresh timestamp with an old signature', async () => {
    const old = await signedDelivery(signer, { timestamp: NOW_SECONDS - 1000 });
    const headers = { ...old.headers, 'telnyx-timestamp': String(NOW_SECONDS) };
    expect(await verifyTelnyxWebhook({ ...old, headers })).toEqual({ ok: false, reason: 'signature_mismatch' });
  });
});

describe('the form', () => {
  const malformed = {
    'an empty text': '',
    'a word': 'now',
    'NaN spelled out': 'NaN',
    'Infinity spelled out': 'Infinity',
    'a negative number': `-${NOW_SECONDS}`,
    'a plus sign': `+${NOW_SECONDS}`,
    'a fraction': `${NOW_SECONDS}.5`,
    'a fraction of nothing': `${NOW_SECONDS}.0`,
    'an exponent': '179e7',
    'hexadecimal digits': `0x${NOW_SECONDS.toString(16)}`,
    'a leading space': ` ${NOW_SECONDS}`,
    'a trailing space': `${NOW_SECONDS} `,
    'a trailing line feed': `${NOW_SECONDS}\n`,
    'a second line': `${NOW_SECONDS}\n${NOW_SECONDS}`,
    'a trailing NUL': `${NOW_SECONDS}\0`,
    'a digit separator': '1_790_000_000',
    'a BigInt suffix': `${NOW_SECONDS}n`,
    'a date': '2026-09-21T14:13:20Z',
    'full-width digits': '１７９００００００',
    'arabic-indic digits': '١٧٩٠٠٠٠٠٠٠',
    'the first unsafe integer': String(Number.MAX_SAFE_INTEGER + 1),
    'seventeen digits': '10000000000000000',
    'zeros in front up to seventeen digits': String(NOW_SECONDS).padStart(17, '0'),
    'a thousand digits': '1'.repeat(1000),
  };

  test.each(Object.entries(malformed))('refuses %s, even with a valid signature (S1-A3)', async (_, timestamp) => {
    const delivery = await signedDelivery(signer, { timestamp });
    // The widest tolerance there is, so that nothing but the form can refuse.
    expect(await verifyTelnyxWebhook({ ...delivery, toleranceSeconds: Number.MAX_VALUE })).toEqual({
      ok: false,
      reason: 'timestamp_malformed',
    });
  });

  test('reads milliseconds as seconds far in the future, and refuses them', async () => {
    const delivery = await signedDelivery(signer, { timestamp: NOW_MS });
    expect(await verifyTelnyxWebhook(delivery)).toMatchObject({ reason: 'timestamp_too_new' });
  });

  test('takes the largest safe integer as a time, though a distant one', async () => {
    const delivery = await signedDelivery(signer, { timestamp: Number.MAX_SAFE_INTEGER });
    expect(await verifyTelnyxWebhook(delivery)).toMatchObject({ reason: 'timestamp_too_new' });
    expect(await verifyTelnyxWebhook({ ...delivery, toleranceSeconds: Number.MAX_VALUE })).toMatchObject({ ok: true });
  });

  test('verifies the text as sent: zeros in front are part of what was signed', async () => {
    const padded = await signedDelivery(signer, { timestamp: `0${NOW_SECONDS}` });
    expect(await verifyTelnyxWebhook(padded)).toMatchObject({ ok: true, timestamp: NOW_SECONDS });
    const headers = { ...padded.headers, 'telnyx-timestamp': String(NOW_SECONDS) };
    expect(await verifyTelnyxWebhook({ ...padded, headers })).toMatchObject({ reason: 'signature_mismatch' });
  });
});
