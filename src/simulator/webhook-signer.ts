/** Ed25519 over `timestamp|body`, as Telnyx signs; the public key is given as Telnyx shows it: base64 of the raw 32 bytes. */
export interface WebhookSigner {
  readonly publicKey: string;
  sign(timestamp: string, body: string): Promise<string>;
}

export async function createWebhookSigner(keys?: CryptoKeyPair): Promise<WebhookSigner> {
  const pair =
    keys ?? ((await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as CryptoKeyPair);
  const raw = (await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer;
  return {
    publicKey: toBase64(new Uint8Array(raw)),
    async sign(timestamp, body) {
      const bytes = new TextEncoder().encode(`${timestamp}|${body}`);
      return toBase64(new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, bytes)));
    },
  };
}

/** The headers of one delivery. */
export async function signedHeaders(signer: WebhookSigner, now: number, body: string): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  return {
    'content-type': 'application/json',
    'user-agent': 'telnyx-webhooks',
    'telnyx-signature-ed25519': await signer.sign(timestamp, body),
    'telnyx-timestamp': timestamp,
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
