/**
 * Verifies that a webhook was signed by Telnyx and is recent. One function, no dependencies, Web Crypto only.
 *
 * Not here: parsing of the event, detection of events delivered twice, answers to the sender. See README.md.
 *
 * @module telnyx-webhook-verify
 */
export type {
  FetchHeaders,
  PlainHeaders,
  VerifyOptions,
  WebhookBody,
  WebhookHeaders,
} from './verify-options.ts';
export type { SignedHeaderName, VerifyRefusal, VerifyResult, VerifySuccess } from './verify-result.ts';
export { verifyTelnyxWebhook } from './verify-telnyx-webhook.ts';
