/** Telnyx writes times as ISO 8601 UTC with microseconds. */
export function timestamp(epochMs: number, microseconds = 0): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, -1)}${String(microseconds % 1000).padStart(3, '0')}Z`;
}
