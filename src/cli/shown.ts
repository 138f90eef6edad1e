/**
 * How values look to people: numbers masked, times in their own zone, and nothing in it that a terminal would obey. Names and words
 * come from lists and from speech, so they may hold anything.
 */

export interface ShownAs {
  /** Whole telephone numbers. */
  readonly reveal: boolean;
  /** Times of day are of this one; an IANA name. */
  readonly zone: string;
}

const NUMBER = /^\+[1-9]\d{6,14}$/;
const MASKED = /^•{4} /;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
// Control characters, and marks that turn the direction of writing.
const OBEYED = /[\p{Cc}\p{Bidi_Control}]/gu;

export const maskNumber = (text: string): string => (NUMBER.test(text) ? `•••• ${text.slice(-4)}` : text);
export const isMasked = (value: unknown): boolean => typeof value === 'string' && MASKED.test(value);

/** Every telephone number in it, wherever it stands. */
export function maskDeep(value: unknown): unknown {
  if (typeof value === 'string') return maskNumber(value);
  if (Array.isArray(value)) return value.map(maskDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, maskDeep(part)]));
}

export const harmless = (text: string): string => text.replace(OBEYED, ' ');

export function shownText(value: unknown, as: ShownAs): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return shownString(value, as);
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map((part) => shownText(part, as)).join(', ');
  if (typeof value === 'object') return pairsOf(value, as);
  return String(value);
}

function shownString(text: string, as: ShownAs): string {
  if (INSTANT.test(text)) return shownTime(text, as.zone);
  return harmless(as.reveal ? text : maskNumber(text));
}

const pairsOf = (value: object, as: ShownAs): string =>
  Object.entries(value)
    .map(([name, part]) => `${harmless(name)} ${shownText(part, as)}`)
    .join(', ') || '–';

/** `2026-11-28 13:02:11`, in UTC with a Z behind it. */
export function shownTime(iso: string, zone: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return harmless(iso);
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
  return zone === 'UTC' ? `${text}Z` : text;
}

/** That of whoever looks, unless they want UTC. */
export function zoneOf(env: Readonly<Record<string, string | undefined>>, isUtc: boolean): string {
  if (isUtc) return 'UTC';
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: env['TZ'] }).resolvedOptions().timeZone;
  } catch {
    // Not the name of a zone, as `:/etc/localtime`.
    return new Intl.DateTimeFormat('sv-SE').resolvedOptions().timeZone;
  }
}
