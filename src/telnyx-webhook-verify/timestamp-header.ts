/**
 * `telnyx-timestamp`: Unix time in whole seconds, as decimal digits. It is part of the signed text.
 *
 * The form is checked before the value is used as a number. `Number('')`, `Number('1e9')` and `Number('0x1')` are numbers,
 * and NaN compared with a tolerance is false, so a lax reading lets a replayed delivery pass as fresh.
 */
import { readHeader } from './read-header.ts';
import type { WebhookHeaders } from './verify-options.ts';
import type { VerifyRefusal } from './verify-result.ts';

const HEADER = 'telnyx-timestamp';

// Number.MAX_SAFE_INTEGER has 16 digits. No /m flag, so `$` is the end of the text and not of a line.
const DECIMAL_SECONDS = /^\d{1,16}$/;

/** The header's text (as signed) and its value, or the refusal. */
export function readTimestamp(
  headers: WebhookHeaders,
): { readonly ok: true; readonly text: string; readonly seconds: number } | VerifyRefusal {
  const reading = readHeader(headers, HEADER);
  switch (reading.found) {
    case 'never':
      return { ok: false, reason: 'timestamp_missing' };
    case 'repeated':
      return { ok: false, reason: 'header_repeated', header: HEADER };
    case 'unusable':
      return { ok: false, reason: 'timestamp_malformed' };
    case 'once': {
      const text = reading.value;
      const seconds = Number(text);
      if (!DECIMAL_SECONDS.test(text) || !Number.isSafeInteger(seconds)) {
        return { ok: false, reason: 'timestamp_malformed' };
      }
      return { ok: true, text, seconds };
    }
  }
}

/** The refusal when |now − timestamp| exceeds the tolerance. Now is cut to whole seconds first, as Telnyx's SDKs do. */
export function checkAge(seconds: number, nowMs: number, toleranceSeconds: number): VerifyRefusal | undefined {
  const ageSeconds = Math.floor(nowMs / 1000) - seconds;
  if (ageSeconds > toleranceSeconds) return { ok: false, reason: 'timestamp_too_old', ageSeconds, toleranceSeconds };
  if (-ageSeconds > toleranceSeconds) {
    return { ok: false, reason: 'timestamp_too_new', aheadSeconds: -ageSeconds, toleranceSeconds };
  }
  return undefined;
}
