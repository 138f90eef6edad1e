/** Verifies one delivery so many times, in three ways, all in workerd: what a signature costs where it is checked. */
import { TelnyxWebhook } from 'telnyx/lib/webhooks';
import { verifyTelnyxWebhook } from 'telnyx-webhook-verify';

interface Asked {
  readonly way: 'ours' | 'raw' | 'sdk';
  readonly times: number;
  readonly publicKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'GET') return new Response('ok');
    const { way, times, publicKey, headers, body } = (await request.json()) as Asked;
    const signature = Uint8Array.fromBase64(headers['telnyx-signature-ed25519'] ?? '');
    const message = new TextEncoder().encode(`${headers['telnyx-timestamp']}|${body}`);
    const key = await crypto.subtle.importKey('raw', Uint8Array.fromBase64(publicKey), 'Ed25519', false, ['verify']);
    const sdk = new TelnyxWebhook(publicKey);
    const bytes = new TextEncoder().encode(body);
    const ways = {
      ours: async () => (await verifyTelnyxWebhook({ body: bytes, headers, publicKey })).ok,
      raw: () => crypto.subtle.verify('Ed25519', key, signature, message),
      sdk: () => sdk.verify(body, headers).then(() => true),
    };
    let good = 0;
    for (let n = 0; n < times; n += 1) if (await ways[way]()) good += 1;
    return Response.json({ good });
  },
};
