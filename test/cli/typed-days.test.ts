/** Every option that takes a day: what is no day of the calendar is refused, and nothing is asked of the service. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isoTime } from '../../src/cli/typed-time.ts';
import { givenService, runCli } from './given-service.ts';

const list = join(mkdtempSync(join(tmpdir(), 'days-')), 'list.csv');
writeFileSync(list, 'phone_number\n+12025550143\n');

const CONSENT = ['--consent-basis', 'written', '--consent-by', 'desk', '--evidence', 'form', '--consent-at'];
/** The day comes last. */
const TAKE_A_DAY = [
  ['patient', 'consent', 'pat_1', ...CONSENT],
  ['patient', 'consent', 'pat_1', ...CONSENT, '2026-11-01', '--expires'],
  ['patient', 'create', '--phone', '+12025550143', ...CONSENT],
  ['patient', 'create', '--phone', '+12025550143', '--date-of-birth'],
  ['patient', 'update', 'pat_1', '--date-of-birth'],
  ['patient', 'find', '--last-four', '0143', '--date-of-birth'],
  ['patient', 'import', list, ...CONSENT],
  ['patient', 'amend', 'pat_1', '--details', list, '--received'],
  ['patient', 'accesses', 'pat_1', '--from'],
  ['patient', 'accesses', 'pat_1', '--to'],
  ['patient', 'disclose', 'pat_1', '--purpose', 'legal', '--what', 'note', '--to', list, '--at'],
  ['call', 'start', '+12025550143', ...CONSENT],
  ['call', 'list', '--from'],
  ['call', 'list', '--to'],
  ['call', 'notes', '--from'],
  ['call', 'notes', '--to'],
  ['campaign', 'create', list, '--name', 'Autumn', ...CONSENT],
  ['campaign', 'create', list, '--name', 'Autumn', '--ends-at'],
  ['suppress', 'lift', 'sup_1', '--evidence', 'form', '--at'],
  ['audit', 'list', '--from'],
  ['audit', 'list', '--to'],
  ['audit', 'review'],
  ['export', 'calls', '-o', '-', '--from'],
  ['export', 'calls', '-o', '-', '--to'],
  ['stats', '--from'],
  ['stats', '--to'],
  ['analytics', '--from'],
  ['analytics', '--to'],
  ['delivery', 'send-earlier', '--system', 'fhir', '--to', '2026-11-01', '--from'],
  ['delivery', 'send-earlier', '--system', 'fhir', '--from', '2026-11-01', '--to'],
];

describe('a day that is typed (C65)', () => {
  it.each(TAKE_A_DAY.map((given) => [given.filter((word) => word !== list).join(' '), given] as const))(
    '%s refuses what the calendar does not have, as it refuses banana',
    async (_name, given) => {
      const service = await givenService(() => ({ json: {} }));
      for (const day of ['2026-02-30', '2026-13-01', '2026-31-01', '2026-00-10', '2026-11-00', '2025-02-29']) {
        expect(await runCli(service, [...given, day])).toMatchObject({
          ...{ code: 2, out: '' },
          err: expect.stringContaining(`“${day}” is no day of the calendar`),
        });
      }
      expect(await runCli(service, [...given, 'banana'])).toMatchObject({ code: 2, out: '' });
      expect(service.asked).toEqual([]);
    },
  );

  it.each([
    '2026-02-30T09:30',
    '2026-02-30T09:30:00Z',
    '2026-11-28T24:00',
    '2026-11-28T09:61',
    '2026-11-28T09:30+99:00',
    'Nov 28 2026',
    '1',
    '0050-01-01',
  ])('%s is no time', (text) => {
    expect(() => isoTime(text)).toThrow(text.startsWith('2026-02') || text.startsWith('0050') ? 'no day' : 'no time');
  });

  it('takes a leap day, a time with and without its zone, and now', () => {
    expect(isoTime('2024-02-29')).toBe(new Date(2024, 1, 29).toISOString());
    expect(isoTime('2026-11-28T09:30')).toBe(new Date(2026, 10, 28, 9, 30).toISOString());
    expect(isoTime('2026-11-28 09:30')).toBe(new Date(2026, 10, 28, 9, 30).toISOString());
    expect(isoTime('2026-11-28T09:30:00.5Z')).toBe('2026-11-28T09:30:00.500Z');
    expect(isoTime('2026-11-28T09:30:00-06:00')).toBe('2026-11-28T15:30:00.000Z');
    expect(Math.abs(Date.parse(isoTime('now')) - Date.now())).toBeLessThan(5000);
  });

  it('leaves the days of the clinic days for analytics', async () => {
    const service = await givenService(() => ({ json: { items: [] } }));
    await runCli(service, ['analytics', '--from', '2026-11-02', '--to', '2026-11-29']);
    expect(service.asked[0]?.path).toContain('from=2026-11-02&to=2026-11-29');
  });
});
