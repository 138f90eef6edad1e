/** How long a service asks to be left alone, by its header. */
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

/** Seconds, or a date (RFC 9110). Null: it does not say. */
export function retryAfterOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text)
    ? Number(text) * 1000
    : /^[A-Z][a-z]{2}, /.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS);
}
