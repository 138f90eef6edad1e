/**
 * Branded ids, so that a leg can never stand where a session is wanted.
 * Ours are a prefix and a UUIDv7 (`call_0199…`); Telnyx' are opaque strings from its payloads.
 */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type CallId = Brand<string, 'CallId'>;
export type AttemptId = Brand<string, 'AttemptId'>;
export type PatientId = Brand<string, 'PatientId'>;
/** The handle every Telnyx command uses. */
export type CallControlId = Brand<string, 'CallControlId'>;
/** One party of a call. */
export type CallLegId = Brand<string, 'CallLegId'>;
/** The whole conversation; shared by its legs. */
export type CallSessionId = Brand<string, 'CallSessionId'>;

export interface TelnyxIds {
  readonly callControlId: CallControlId;
  readonly callLegId: CallLegId;
  readonly callSessionId: CallSessionId;
}
