/** Ids: `<prefix>_<UUIDv7>`. The time leads, so rows made later sort later. */
export type IdPrefix = 'call' | 'att' | 'pat' | 'con' | 'sup' | 'note' | 'task' | 'dec' | 'staff';

export const newId = (prefix: IdPrefix, now: number): string =>
  idOf(prefix, now, crypto.getRandomValues(new Uint8Array(16)));

/** The least id of that millisecond: a range of time is a range of ids, and needs no index of its own. */
export const firstIdAt = (prefix: IdPrefix, at: number): string => idOf(prefix, at, new Uint8Array(16));

function idOf(prefix: IdPrefix, at: number, bytes: Uint8Array): string {
  const time = BigInt(Math.max(0, at));
  for (let i = 0; i < 6; i += 1) bytes[i] = Number((time >> BigInt(8 * (5 - i))) & 0xffn);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toHex();
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
