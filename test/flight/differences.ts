/** Where two notes differ, one line each: what a reader of a failed run needs. */
export function differences(found: unknown, wanted: unknown, place = ''): string[] {
  if (isObject(found) && isObject(wanted)) {
    const names = new Set([...Object.keys(found), ...Object.keys(wanted)]);
    return [...names].flatMap((name) => differences(found[name], wanted[name], `${place}/${name}`));
  }
  if (JSON.stringify(found) === JSON.stringify(wanted)) return [];
  return [`${place} is ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
