/** Tones that stand for voices in a recording: each step has its own, and a patient sounds higher than the clinic. */
const rows = ['123A', '456B', '789C', '*0#D'];
const rowTones = [697, 770, 852, 941];
const columnTones = [1209, 1336, 1477, 1633];

export function keyTones(key: string): number[] {
  const row = rows.findIndex((keys) => keys.includes(key));
  const column = rows[row]?.indexOf(key) ?? -1;
  return [rowTones[row] ?? 697, columnTones[column] ?? 1209];
}

export function promptTone(step: string | null): number {
  return 180 + spread(step) * 10;
}

export function speechTone(step: string | null): number {
  return 500 + spread(step) * 20;
}

/** 0–19, the same for the same step. */
function spread(step: string | null): number {
  let sum = 0;
  for (const character of step ?? '') sum = (sum * 31 + character.charCodeAt(0)) % 10_007;
  return sum % 20;
}
