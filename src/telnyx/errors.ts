/**
 * What a failed request to Telnyx means, decided once. Telnyx' texts stay here: they can quote numbers, so only codes get out.
 * Codes: Telnyx' error codes, strings of digits; one production answer had a number, so they are compared as strings.
 */
import { APIError } from 'telnyx';

export type TelnyxFailure =
  /** 90018 and its kin: the call is over. A normal end, not an error. */
  | { readonly kind: 'call_ended'; readonly code: string; readonly status: number }
  /** Worth the same command again: 429, 5xx, 408, no answer. */
  | { readonly kind: 'retryable'; readonly code: string; readonly status: number | null }
  /** Telnyx understood and said no. */
  | { readonly kind: 'permanent'; readonly code: string; readonly status: number };

const CALL_ENDED = new Set(['90018', '90015']);

export function failureOf(error: unknown): TelnyxFailure {
  if (!(error instanceof APIError) || error.status === undefined)
    return { kind: 'retryable', code: 'no_answer', status: null };
  const code = errorCode(error.error) ?? `http_${error.status}`;
  const { status } = error;
  if (status === 408 || status === 429 || status >= 500) return { kind: 'retryable', code, status };
  if (status === 422 && CALL_ENDED.has(code)) return { kind: 'call_ended', code, status };
  if (status === 404) return { kind: 'call_ended', code, status };
  return { kind: 'permanent', code, status };
}

/** Of a refused dial: only a 4xx (408 aside) is a definite no, 429 among them; all else may have rung. */
export function isDefiniteNo({ status }: TelnyxFailure): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408;
}

function errorCode(body: unknown): string | null {
  const errors = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : null;
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  const code = typeof first === 'object' && first !== null && 'code' in first ? String(first.code) : '';
  return /^\d{3,6}$/.test(code) ? code : null;
}
