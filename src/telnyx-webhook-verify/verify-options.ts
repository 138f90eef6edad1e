/**
 * What a caller passes in, and the check of what only a programming mistake can get wrong.
 * What a sender can get wrong (header values, body content) is never checked here: it becomes a refusal, not an error.
 */

/** The raw body, before any parsing. Bytes are signed, so bytes are best; a string is encoded as UTF-8. */
export type WebhookBody = string | Uint8Array | ArrayBuffer;

/** The one method used of a Fetch API `Headers` object. Structural, so that no runtime's types are needed. */
export interface FetchHeaders {
  get(name: string): string | null;
}

/** Header names in any case, as Node's `request.headers` and most frameworks give them. */
export type PlainHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Either kind of header collection. */
export type WebhookHeaders = FetchHeaders | PlainHeaders;

/** Argument of `verifyTelnyxWebhook`. */
export interface VerifyOptions {
  /** The raw request body. An object that JSON.parse made is refused with a TypeError. */
  readonly body: WebhookBody;
  /** The request's headers. */
  readonly headers: WebhookHeaders;
  /**
   * The account's public key from the Telnyx portal: standard base64 of 32 bytes, 44 characters.
   * While keys are rotated, up to 8 of them: an array, or one string with commas between them and no spaces.
   * `undefined` is allowed, so that an unset variable is a refusal (`public_key_missing`) that can be logged.
   */
  readonly publicKey: string | readonly string[] | undefined;
  /** How far the timestamp may be from now, either way, in seconds. Default 300; exactly this far passes. */
  readonly toleranceSeconds?: number;
  /** Now, in epoch milliseconds. Default `Date.now()`. */
  readonly nowMs?: number;
}

/** The `code` of every TypeError this package throws. */
const ARGUMENT_ERROR_CODE = 'ERR_TELNYX_VERIFY_ARGUMENT';

// 300 s, as in Telnyx's own SDKs. Longer widens the window for a replay; shorter refuses good deliveries when clocks drift.
const DEFAULT_TOLERANCE_SECONDS = 300;

/** Options with the defaults filled in. */
export interface CheckedOptions {
  readonly body: WebhookBody;
  readonly headers: WebhookHeaders;
  readonly publicKey: unknown;
  readonly toleranceSeconds: number;
  readonly nowMs: number;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError with `code` ERR_TELNYX_VERIFY_ARGUMENT that names the option and never its value.
 */
export function checkOptions(options: VerifyOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw argumentError('options must be an object');
  const { body, headers, publicKey, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, nowMs = Date.now() } = options;
  // The usual mistake: a framework has parsed the JSON already and the signed bytes are gone.
  if (!isBody(body)) throw argumentError('body must be the raw body: a string, a Uint8Array or an ArrayBuffer');
  if (typeof headers !== 'object' || headers === null) throw argumentError('headers must be an object');
  // NaN would make every comparison of times false, and so every timestamp fresh.
  if (!Number.isFinite(toleranceSeconds) || toleranceSeconds < 0) {
    throw argumentError('toleranceSeconds must be a finite number, 0 or more');
  }
  if (!Number.isFinite(nowMs)) throw argumentError('nowMs must be a finite number');
  return { body, headers, publicKey, toleranceSeconds, nowMs };
}

// By tag and not by instanceof, which is false for objects of another realm (vm contexts, iframes).
function isBody(body: unknown): body is WebhookBody {
  if (typeof body === 'string') return true;
  const tag = Object.prototype.toString.call(body);
  return tag === '[object ArrayBuffer]' || (tag === '[object Uint8Array]' && ArrayBuffer.isView(body));
}

function argumentError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: ARGUMENT_ERROR_CODE });
}
