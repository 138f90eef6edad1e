/**
 * The bytes Telnyx signs: the timestamp header as sent, a bar, the raw body.
 * Always a fresh copy, which also makes bodies in shared memory acceptable to Web Crypto.
 */
import type { WebhookBody } from './verify-options.ts';

const utf8 = new TextEncoder();

/** Joins timestamp text and body. The text is not normalised: leading zeros are signed too. */
export function signedMessage(timestampText: string, body: WebhookBody): Uint8Array<ArrayBuffer> {
  const prefix = utf8.encode(`${timestampText}|`);
  const content = typeof body === 'string' ? utf8.encode(body) : new Uint8Array(body);
  const message = new Uint8Array(prefix.length + content.length);
  message.set(prefix);
  message.set(content, prefix.length);
  return message;
}
