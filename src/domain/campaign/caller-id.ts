/**
 * Which of our numbers calls a patient (C51, U32, TC-23): always the same one, without a table, and of those we own. The number with
 * the highest score for the patient wins, so another number in the pool moves only those whom it now wins. Pure.
 */
export function callerIdFor(patientId: string, owned: readonly string[]): string {
  let best = '';
  let bestScore = -1;
  for (const number of owned) {
    const score = fnv1a(`${patientId} ${number}`);
    if (score > bestScore || (score === bestScore && number < best)) [best, bestScore] = [number, score];
  }
  return best;
}

/** FNV-1a with a final mix: the scores of neighbours are not alike. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
