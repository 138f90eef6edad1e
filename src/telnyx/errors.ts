/**
 * What a failed request to Telnyx means, decided once. Telnyx' texts stay here: they can quote numbers, so only codes get out.
 * Codes: Telnyx' error codes, strings of digits; one production answer had a number, so they are compared as strings.
 */
import { APIError } from 'telnyx';
import type { LimitCode } from '../domain/campaign/slow-down.ts';

export type TelnyxFailure = {
  /** Set when there was too much at once, of dials or requests or channels: whoever dials must slow down. */
  readonly limit: LimitCode | null;
} /** 90018 and its kin: the call is over. A normal end, not an error. */ & (
  | { readonly kind: 'call_ended'; readonly code: string; readonly status: number }
  /** Worth the same command again: 429, 5xx, 408, no answer. */
  | { readonly kind: 'retryable'; readonly code: string; readonly status: number | null }
  /** Telnyx understood and said no. */
  | { readonly kind: 'permanent'; readonly code: string; readonly status: number }
);

const CALL_ENDED = new Set(['90018', '90015']);
/** Too many channels: of the account, the outbound voice profile, the connection. */
const CHANNEL_CODES: ReadonlySet<string> = new Set(['90041', '90042', '90043'] satisfies LimitCode[]);
const CHANNELS_D_CODE = /^D[123]$/;

export function failureOf(error: unknown): TelnyxFailure {
  if (!(error instanceof APIError) || error.status === undefined)
    return { kind: 'retryable', code: 'no_answer', status: null, limit: null };
  const code = errorCode(error.error) ?? `http_${error.status}`;
  const { status } = error;
  const limit = limitOf(status, code, error.error);
  if (status === 408 || status === 429 || status >= 500) return { kind: 'retryable', code, status, limit };
  if (status === 422 && CALL_ENDED.has(code)) return { kind: 'call_ended', code, status, limit };
  if (status === 404) return { kind: 'call_ended', code, status, limit };
  return { kind: 'permanent', code, status, limit };
}

/** 10011 is also the code of quite another refusal, so the status is looked at; that of the channel codes is not documented. */
function limitOf(status: number, code: string, body: unknown): LimitCode | null {
  if (CHANNEL_CODES.has(code)) return code as LimitCode;
  if (status === 429) return code === '90103' || code === '10011' ? code : 'http_429';
  return status === 403 ? channelsDCode(body) : null;
}

/** Of a refused dial: only a 4xx (408 aside) is a definite no, 429 among them; all else may have rung. */
export function isDefiniteNo({ status }: TelnyxFailure): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408;
}

function errorCode(body: unknown): string | null {
  const code = String(field(firstError(body), 'code') ?? '');
  return /^\d{3,6}$/.test(code) ? code : null;
}

/** Seen beside the error, in it, and as the last word of its text. */
function channelsDCode(body: unknown): LimitCode | null {
  const first = firstError(body);
  const told = [field(body, 'telnyx_error'), field(first, 'telnyx_error')].map((error) => field(error, 'error_code'));
  const lastWord = String(field(first, 'detail') ?? '')
    .split(/\s+/)
    .at(-1);
  const code = [...told, lastWord].find((word) => typeof word === 'string' && CHANNELS_D_CODE.test(word));
  return code === undefined ? null : (code as LimitCode);
}

function firstError(body: unknown): unknown {
  const errors = field(body, 'errors');
  return Array.isArray(errors) ? errors[0] : null;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
