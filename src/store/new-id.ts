/** Ids: `<prefix>_<UUIDv7>`. The time leads, so rows made later sort later; only inbound calls are named by their leg, deliveries by what they deliver. */
export type IdPrefix =
  | 'call'
  | 'att'
  | 'pat'
  | 'con'
  | 'sup'
  | 'note'
  | 'task'
  | 'dec'
  | 'staff'
  | 'job'
  | 'cmp'
  | 'cnt'
  | 'imp'
  | 'pre'
  | 'med'
  | 'trn'
  | 'alr'
  | 'emg'
  | 'rev'
  | 'hold'
  | 'req'
  | 'dsc';

export const newId = (prefix: IdPrefix, now: number): string => `${prefix}_${newUuid(now)}`;

export function newUuid(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  setTime(bytes, now);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toHex();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** No id of that moment or later sorts before it. */
export function firstIdAt(prefix: IdPrefix, at: number): string {
  const bytes = new Uint8Array(6);
  setTime(bytes, at);
  const hex = bytes.toHex();
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8)}`;
}

function setTime(bytes: Uint8Array, at: number): void {
  const time = BigInt(Math.max(0, at));
  for (let i = 0; i < 6; i += 1) bytes[i] = Number((time >> BigInt(8 * (5 - i))) & 0xffn);
}
