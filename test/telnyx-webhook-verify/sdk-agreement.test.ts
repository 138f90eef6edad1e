/**
 * The official SDK as an independent peer (`telnyx` 7.24): both must accept and refuse the same deliveries.
 * Where this package differs on purpose, the difference is listed and asserted on both sides, so that a change of the
 * SDK shows here. The SDK reads the real clock, which is therefore held still. Node only: the SDK is.
 */
import { TelnyxWebhook } from 'telnyx/lib/webhooks';
import { verifyTelnyxWebhook, type WebhookHeaders } from 'telnyx-webhook-verify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { toBytes } from './ed25519-arithmetic.ts';
import { bodyForSmallOrderForgery, largerScalars, TORSION, ZERO_S } from './forgeries.ts';
import {
  BODY,
  base64,
  concat,
  fromBase64,
  headersOf,
  makeSigner,
  NOW_MS,
  NOW_SECONDS,
  signedDelivery,
} from './signed-delivery.ts';

const SIGNATURE = 'telnyx-signature-ed25519';
const TIMESTAMP = 'telnyx-timestamp';

interface Vector {
  readonly body: string;
  readonly headers: Record<string, unknown>;
  readonly publicKey: string;
}

const [signer, stranger] = await Promise.all([makeSigner(11), makeSigner(12)]);

async function vector(body = BODY, timestamp: string | number = NOW_SECONDS): Promise<Vector> {
  const { headers } = await signedDelivery(signer, { body, timestamp });
  return { body, headers, publicKey: signer.publicKey };
}

const good = await vector();
const signatureText = String(good.headers[SIGNATURE]);
const withHeader = (name: string, value: unknown): Vector => ({ ...good, headers: { ...good.headers, [name]: value } });
const withTimestamp = (timestamp: string | number) => vector(BODY, timestamp);

async function ours({ body, headers, publicKey }: Vector) {
  return verifyTelnyxWebhook({ body, headers: headers as WebhookHeaders, publicKey });
}

async function sdkAccepts({ body, headers, publicKey }: Vector): Promise<boolean> {
  try {
    await new TelnyxWebhook(publicKey).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS + 999 });
});
afterAll(() => {
  vi.useRealTimers();
});

const accepted: Record<string, Vector> = {
  'a delivery as signed': good,
  'an empty body': await vector(''),
  'a pretty-printed body': await vector(JSON.stringify(JSON.parse(BODY), null, 2)),
  'a body outside ASCII': await vector('{"text":"Größe 漢字 🩺"}'),
  'names in title case': {
    ...good,
    headers: { 'Telnyx-Signature-Ed25519': good.headers[SIGNATURE], 'Telnyx-Timestamp': good.headers[TIMESTAMP] },
  },
  'exactly 300 seconds old': await withTimestamp(NOW_SECONDS - 300),
  'exactly 300 seconds ahead': await withTimestamp(NOW_SECONDS + 300),
  'a zero before the timestamp': await withTimestamp(`0${NOW_SECONDS}`),
};

const refused: Record<string, Vector> = {
  'no headers': { ...good, headers: {} },
  'no signature': { ...good, headers: { [TIMESTAMP]: good.headers[TIMESTAMP] } },
  'no timestamp': { ...good, headers: { [SIGNATURE]: good.headers[SIGNATURE] } },
  'an empty signature': withHeader(SIGNATURE, ''),
  'an empty timestamp': withHeader(TIMESTAMP, ''),
  'another key': { ...good, publicKey: stranger.publicKey },
  'a changed body': { ...good, body: `${BODY} ` },
  'an empty body in place of the signed one': { ...good, body: '' },
  'a changed timestamp': withHeader(TIMESTAMP, String(NOW_SECONDS + 1)),
  '301 seconds old': await withTimestamp(NOW_SECONDS - 301),
  '301 seconds ahead': await withTimestamp(NOW_SECONDS + 301),
  'a timestamp in milliseconds': await withTimestamp(NOW_MS),
  'a timestamp of zero': await withTimestamp(0),
  'a negative timestamp': await withTimestamp(-NOW_SECONDS),
  'a signed plus': await withTimestamp(`+${NOW_SECONDS}`),
  'a fraction': await withTimestamp(`${NOW_SECONDS}.0`),
  'an exponent': await withTimestamp('179e7'),
  'hexadecimal digits': await withTimestamp(`0x${NOW_SECONDS.toString(16)}`),
  'a space before the timestamp': await withTimestamp(` ${NOW_SECONDS}`),
  'a line feed after the timestamp': await withTimestamp(`${NOW_SECONDS}\n`),
  'the word NaN': await withTimestamp('NaN'),
  'a timestamp beyond the safe integers': await withTimestamp('9007199254740993'),
  'unpadded base64': withHeader(SIGNATURE, signatureText.slice(0, -2)),
  'half-padded base64': withHeader(SIGNATURE, signatureText.slice(0, -1)),
  'URL-safe base64': withHeader(SIGNATURE, `-_${signatureText.slice(2)}`),
  'a line feed after the signature': withHeader(SIGNATURE, `${signatureText}\n`),
  '63 bytes of signature': withHeader(SIGNATURE, base64(fromBase64(signatureText).subarray(0, 63))),
  '65 bytes of signature': withHeader(SIGNATURE, base64(concat(fromBase64(signatureText), new Uint8Array(1)))),
  'a signature of zeros': withHeader(SIGNATURE, base64(new Uint8Array(64))),
  'two joined signatures': withHeader(SIGNATURE, `${signatureText}, ${signatureText}`),
  'two joined timestamps': withHeader(TIMESTAMP, `${NOW_SECONDS}, ${NOW_SECONDS}`),
  'two signatures in an array': withHeader(SIGNATURE, [signatureText, signatureText]),
  'S + L': withHeader(SIGNATURE, base64(largerScalars(fromBase64(signatureText))[0]!)),
  // The SDK leaves these to Web Crypto. Node 24.21, which runs this test, refuses them; Node 20, workerd and Chromium do not.
  'the identity as key, with which anybody signs anything': {
    body: BODY,
    headers: headersOf(concat(toBytes(1n), ZERO_S)),
    publicKey: base64(toBytes(1n)),
  },
  'a key of order 8 and a body made to fit it': {
    body: (await bodyForSmallOrderForgery(1, 3, NOW_SECONDS)) as string,
    headers: headersOf(concat(TORSION[3]!, ZERO_S)),
    publicKey: base64(TORSION[1]!),
  },
  'an empty key': { ...good, publicKey: '' },
  'an unpadded key': { ...good, publicKey: signer.publicKey.slice(0, -1) },
  'a key of 31 bytes': { ...good, publicKey: base64(signer.publicKeyBytes.subarray(0, 31)) },
  'a key with a line feed': { ...good, publicKey: `${signer.publicKey}\n` },
};

describe('agreement', () => {
  test.each(Object.entries(accepted))('both accept %s', async (_, each) => {
    expect(await sdkAccepts(each)).toBe(true);
    expect(await ours(each)).toMatchObject({ ok: true });
  });

  test.each(Object.entries(refused))('both refuse %s', async (_, each) => {
    expect(await sdkAccepts(each)).toBe(false);
    expect(await ours(each)).toMatchObject({ ok: false });
  });
});

/** The bytes stay the same: base64 of 64 or 32 bytes leaves unused bits in the last character before the padding. */
function respell(text: string): string {
  const padding = text.length - text.indexOf('=');
  const at = text.length - padding - 1;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) + 1) + text.slice(at + 1);
}

const stricter: Record<string, [Vector, string]> = {
  'a signature in another spelling of its bytes': [
    withHeader(SIGNATURE, respell(signatureText)),
    'signature_malformed',
  ],
  'a key in another spelling of its bytes': [{ ...good, publicKey: respell(signer.publicKey) }, 'public_key_malformed'],
  'a header in two spellings, the first of which counts': [
    { ...good, headers: { ...good.headers, 'Telnyx-Timestamp': '1' } },
    'header_repeated',
  ],
  'a timestamp of more than 16 digits, zeros in front': [
    await withTimestamp(String(NOW_SECONDS).padStart(20, '0')),
    'timestamp_malformed',
  ],
};

describe('differences on purpose', () => {
  test.each(Object.entries(stricter))('the SDK accepts and this package refuses %s', async (_, [each, reason]) => {
    expect(await sdkAccepts(each)).toBe(true);
    expect(await ours(each)).toMatchObject({ ok: false, reason });
  });

  test('the SDK cannot read Fetch headers or an array of one, this package can', async () => {
    const collections = [
      new Headers(good.headers as Record<string, string>),
      { ...good.headers, [SIGNATURE]: [signatureText] },
    ];
    for (const headers of collections) {
      const each = { ...good, headers: headers as Record<string, unknown> };
      expect(await sdkAccepts(each)).toBe(false);
      expect(await ours(each)).toMatchObject({ ok: true });
    }
  });
});
