/** The body is bytes: verified exactly as it came, in each type it may come in, and in no other. */

import { verifyTelnyxWebhook } from 'telnyx-webhook-verify';
import { describe, expect, test } from 'vitest';
import { BODY, concat, makeSigner, signedDelivery, utf8 } from './signed-delivery.ts';

const signer = await makeSigner(3);
const ACCEPTED = { ok: true };
const MISMATCH = { ok: false, reason: 'signature_mismatch' };

describe('types', () => {
  test('accepts the same body as a string, as bytes and as a buffer', async () => {
    const delivery = await signedDelivery(signer);
    for (const body of [BODY, utf8(BODY), utf8(BODY).buffer]) {
      expect(await verifyTelnyxWebhook({ ...delivery, body })).toMatchObject(ACCEPTED);
    }
  });

  test('verifies a view into a larger buffer, and not the buffer', async () => {
    const delivery = await signedDelivery(signer);
    const framed = concat(utf8('before'), utf8(BODY), utf8('after'));
    const view = framed.subarray(6, 6 + BODY.length);
    expect(await verifyTelnyxWebhook({ ...delivery, body: view })).toMatchObject(ACCEPTED);
    expect(await verifyTelnyxWebhook({ ...delivery, body: framed })).toEqual(MISMATCH);
    expect(await verifyTelnyxWebhook({ ...delivery, body: framed.buffer })).toEqual(MISMATCH);
  });

  test('verifies what the buffer held at the call, even if it is overwritten while the promise is pending', async () => {
    const delivery = await signedDelivery(signer);
    const genuine = utf8(BODY);
    const accepted = verifyTelnyxWebhook({ ...delivery, body: genuine });
    genuine.fill(0);
    expect(await accepted).toMatchObject(ACCEPTED);
    const forged = new Uint8Array(BODY.length);
    const refused = verifyTelnyxWebhook({ ...delivery, body: forged });
    forged.set(utf8(BODY));
    expect(await refused).toEqual(MISMATCH);
  });
});

describe('content', () => {
  test('accepts an empty body in every type, and no other body in its place (SE-01)', async () => {
    const delivery = await signedDelivery(signer, { body: '' });
    for (const body of ['', new Uint8Array(), new ArrayBuffer(0)]) {
      expect(await verifyTelnyxWebhook({ ...delivery, body })).toMatchObject(ACCEPTED);
    }
    for (const body of [' ', '\0', '{}']) {
      expect(await verifyTelnyxWebhook({ ...delivery, body })).toEqual(MISMATCH);
    }
  });

  test('refuses an empty body where a full one was signed', async () => {
    expect(await verifyTelnyxWebhook({ ...(await signedDelivery(signer)), body: '' })).toEqual(MISMATCH);
  });

  test('accepts a pretty-printed body as it is and refuses the same event serialised again (SE-01)', async () => {
    const pretty = `${JSON.stringify(JSON.parse(BODY), null, 2)}\n`;
    const delivery = await signedDelivery(signer, { body: pretty });
    expect(await verifyTelnyxWebhook(delivery)).toMatchObject(ACCEPTED);
    for (const body of [JSON.stringify(JSON.parse(pretty)), pretty.trimEnd(), pretty.replaceAll('\n', '\r\n')]) {
      expect(await verifyTelnyxWebhook({ ...delivery, body })).toEqual(MISMATCH);
    }
  });

  test('refuses an equal event with its members in another order, or with other number spellings', async () => {
    const delivery = await signedDelivery(signer, { body: '{"a":1.0,"b":"é"}' });
    expect(await verifyTelnyxWebhook(delivery)).toMatchObject(ACCEPTED);
    for (const body of ['{"b":"é","a":1.0}', '{"a":1,"b":"é"}', '{"a":1.0,"b":"\\u00e9"}']) {
      expect(await verifyTelnyxWebhook({ ...delivery, body })).toEqual(MISMATCH);
    }
  });

  test('encodes a string as UTF-8 and does not normalise it', async () => {
    const body = '{"text":"Größe ﬁ 漢字 🩺 e\u0301"}';
    const delivery = await signedDelivery(signer, { body });
    expect(await verifyTelnyxWebhook(delivery)).toMatchObject(ACCEPTED);
    expect(await verifyTelnyxWebhook({ ...delivery, body: utf8(body) })).toMatchObject(ACCEPTED);
    expect(body.normalize('NFC')).not.toBe(body);
    expect(await verifyTelnyxWebhook({ ...delivery, body: body.normalize('NFC') })).toEqual(MISMATCH);
  });

  test('verifies bytes that are not UTF-8 as bytes, and refuses them once decoded to a string', async () => {
    const body = Uint8Array.from([0x7b, 0xff, 0xfe, 0x00, 0xc3, 0x28, 0x7d]);
    const delivery = await signedDelivery(signer, { body });
    expect(await verifyTelnyxWebhook(delivery)).toMatchObject(ACCEPTED);
    expect(await verifyTelnyxWebhook({ ...delivery, body: new TextDecoder().decode(body) })).toEqual(MISMATCH);
  });

  test('verifies a byte order mark as part of the bytes, which decoding to a string drops', async () => {
    const body = concat(Uint8Array.from([0xef, 0xbb, 0xbf]), utf8(BODY));
    const delivery = await signedDelivery(signer, { body });
    expect(await verifyTelnyxWebhook(delivery)).toMatchObject(ACCEPTED);
    expect(await verifyTelnyxWebhook({ ...delivery, body: new TextDecoder().decode(body) })).toEqual(MISMATCH);
  });

  test('keeps timestamp and body apart: the bar cannot be moved', async () => {
    const delivery = await signedDelivery(signer, { body: '5|{}', timestamp: 179 });
    const headers = { ...delivery.headers, 'telnyx-timestamp': '1795' };
    const moved = { ...delivery, headers, body: '{}', toleranceSeconds: Number.MAX_VALUE };
    expect(await verifyTelnyxWebhook({ ...delivery, toleranceSeconds: Number.MAX_VALUE })).toMatchObject(ACCEPTED);
    expect(await verifyTelnyxWebhook(moved)).toEqual(MISMATCH);
  });

  test('accepts a body of five megabytes and notices a change in its last byte', async () => {
    const body = new Uint8Array(5_000_000).fill(0x20);
    const message = new Uint8Array(body.length + 11).fill(0x20);
    message.set(utf8('1790000000|'));
    const signature = await signer.sign(message);
    const delivery = await signedDelivery(signer);
    const headers = { ...delivery.headers, 'telnyx-signature-ed25519': btoa(String.fromCharCode(...signature)) };
    expect(await verifyTelnyxWebhook({ ...delivery, headers, body })).toMatchObject(ACCEPTED);
    body[body.length - 1] = 0x21;
    expect(await verifyTelnyxWebhook({ ...delivery, headers, body })).toEqual(MISMATCH);
  });
});
