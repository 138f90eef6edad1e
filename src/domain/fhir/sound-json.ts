/**
 * FHIR has no empty text, list or object, and no control characters: what was entered as nothing is not there. An extension whose value
 * was nothing goes with it.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that FHIR forbids.
const FORBIDDEN = /[\u0000-\u0008\u000e-\u001f]/g;
/** FHIR's own pattern of a string takes these four and no other space. */
const ODD_SPACE = /[^\S \r\n\t]/g;

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json };

export const soundJson = <T extends object>(value: T): T => (sound(value as unknown as Json) ?? {}) as T;

/** Undefined: nothing is left of it. */
function sound(value: Json): Json {
  if (typeof value === 'string') return textOf(value);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (isList(value)) {
    const items = value.map(sound).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const entries = Object.entries(value).flatMap(([name, each]) => {
    const kept = sound(each);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  const isBare = entries.length === 0 || (entries.length === 1 && entries[0]?.[0] === 'url');
  return isBare ? undefined : Object.fromEntries(entries);
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

function textOf(text: string): string | undefined {
  const sane = text.replaceAll(FORBIDDEN, '').replaceAll(ODD_SPACE, ' ');
  return sane.trim() === '' ? undefined : sane;
}
