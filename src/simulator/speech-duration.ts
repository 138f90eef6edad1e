/** How long a voice needs for a text, in human time: about 165 words a minute, as the voices of Telnyx speak. */
export function speechDurationMs(payload: string): number {
  const spoken = payload
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return 400 + spoken.length * 60;
}
