/**
 * Finds one header in either kind of collection, and insists that it occurs once.
 *
 * Two values mean that two parties (a proxy, an attacker in front of one) disagree, and picking one would let them choose.
 * Neither base64 nor digits hold a comma, so a comma always shows values that a runtime has joined: Fetch `Headers` and
 * Node's `request.headers` both join repeated headers with `, ` (Fetch standard, "get"; Node `message.headers`).
 */
import type { FetchHeaders, WebhookHeaders } from './verify-options.ts';
import type { SignedHeaderName } from './verify-result.ts';

/** One value, or why there is none. `unusable` is a value that is no string, which only a faulty adapter makes. */
export type HeaderReading =
  | { readonly found: 'once'; readonly value: string }
  | { readonly found: 'never' | 'repeated' | 'unusable' };

/** Reads the header `name`, given in lower case. */
export function readHeader(headers: WebhookHeaders, name: SignedHeaderName): HeaderReading {
  const values = valuesOf(headers, name).filter((value) => value !== undefined && value !== null);
  if (values.length > 1) return { found: 'repeated' };
  const [value] = values;
  if (value === undefined) return { found: 'never' };
  if (typeof value !== 'string') return { found: 'unusable' };
  if (value.includes(',')) return { found: 'repeated' };
  return { found: 'once', value };
}

// Names are compared without case (RFC 9110 section 5.1). Own properties only: nothing inherited counts as a header.
function valuesOf(headers: WebhookHeaders, name: SignedHeaderName): unknown[] {
  if (isFetchHeaders(headers)) return [headers.get(name)];
  return Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value);
}

// By its method and not by instanceof: a runtime may hold several Headers classes. A header named "get" is no function.
function isFetchHeaders(headers: WebhookHeaders): headers is FetchHeaders {
  return typeof headers.get === 'function';
}
