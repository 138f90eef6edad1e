/** A week of the audit: what should not be missed appears, what is everyday work does not (HS-10). */
import { describe, expect, it } from 'vitest';
import {
  type AuditCount,
  figuresOfWeek,
  findingsOf,
  HOUR_MS,
  WEEK_RULES,
  weekOf,
  weekStatus,
  weeksSince,
} from '../../../src/domain/audit/week-rules.ts';

const ZONE = 'America/New_York';
/** A Monday, ten in the morning in New York. */
const TEN = Date.UTC(2026, 10, 23, 15);
const aCount = (count: Partial<AuditCount> = {}): AuditCount => ({
  ...{
    actorName: 'dana@clinic.example',
    action: 'call.read',
    phi: true,
    refused: false,
    hour: TEN,
    lines: 1,
    patients: 1,
  },
  ...count,
});
const found = (...counts: Partial<AuditCount>[]) => findingsOf(counts.map(aCount), ZONE).map(({ rule }) => rule);

describe('an anomaly that was planted appears (HS-10)', () => {
  const planted: Readonly<Record<(typeof WEEK_RULES)[number], Partial<AuditCount>[]>> = {
    refused_entry: [{ action: 'access.denied', refused: true, phi: false }],
    refused_burst: [
      { action: 'patient.list', refused: true, lines: 6 },
      { action: 'call.list', refused: true, lines: 4 },
    ],
    mass_view: [
      { action: 'patient.list', patients: 150 },
      { action: 'call.list', patients: 50 },
    ],
    many_reveals: [
      { action: 'patient.reveal', lines: 30 },
      { action: 'patient.reveal', lines: 10, hour: TEN + 3 * HOUR_MS },
    ],
    off_hours_view: [{ hour: TEN + 12 * HOUR_MS }],
    off_hours_export: [{ action: 'patient.export', hour: TEN - 5 * HOUR_MS }],
    export: [{ action: 'data.export' }],
    roles_changed: [{ action: 'staff.update', phi: false }],
    emergency_access: [{ action: 'emergency.begin', phi: false }],
    trail_mended: [{ action: 'audit.refilled', phi: false, actorName: 'audit_log' }],
  };

  it.each(WEEK_RULES.map((rule) => [rule]))('%s', (rule) => {
    expect(found(...planted[rule])).toEqual([rule]);
  });

  it('among a week of everyday work, with who it was, how often and since when', () => {
    const everyday = Array.from({ length: 9 }, (_, hour) =>
      aCount({ hour: TEN + hour * HOUR_MS, lines: 20, patients: 60 }),
    );
    const odd = aCount({
      actorName: 'eve@clinic.example',
      action: 'suppression.export',
      hour: TEN + 13 * HOUR_MS,
      lines: 2,
    });
    expect(findingsOf([...everyday, odd], ZONE)).toEqual([
      { rule: 'off_hours_export', actorName: 'eve@clinic.example', count: 2, from: odd.hour },
    ]);
  });

  it('on a Sunday at noon too', () => {
    expect(found({ hour: TEN - 22 * HOUR_MS })).toEqual(['off_hours_view']);
  });
});

describe('everyday work is no anomaly', () => {
  it.each<[string, Partial<AuditCount>[]]>([
    ['nine refusals in an hour', [{ refused: true, lines: 9 }]],
    ['the further pages of a file, whose beginning was an export', [{ action: 'data.export_page', patients: 500 }]],
    [
      'ten refusals over two hours',
      [
        { refused: true, lines: 5 },
        { refused: true, lines: 5, hour: TEN + HOUR_MS },
      ],
    ],
    [
      'refusals of two people',
      [
        { refused: true, lines: 6 },
        { refused: true, lines: 6, actorName: 'b@clinic.example' },
      ],
    ],
    ['199 patients in an hour', [{ patients: 199 }]],
    ['a page that is left open over night', [{ action: 'page.today_poll', hour: TEN + 12 * HOUR_MS, patients: 500 }]],
    ['39 whole records in a day', [{ action: 'patient.reveal', lines: 39 }]],
    ['a change of roles that was refused', [{ action: 'staff.update', refused: true }]],
    ['work at six in the morning', [{ hour: TEN - 4 * HOUR_MS }]],
    ['looking at settings at night', [{ action: 'page.settings', phi: false, hour: TEN + 12 * HOUR_MS }]],
  ])('%s', (_, counts) => {
    expect(found(...counts)).toEqual([]);
  });
});

it('counts lines, people, looks, downloads, refusals, and whole records opened or taken along (HS-10)', () => {
  const counts = [
    aCount({ lines: 5 }),
    aCount({ actorName: 'b@clinic.example', action: 'patient.export', lines: 2 }),
    aCount({ action: 'patient.reveal', lines: 3 }),
    aCount({ refused: true, lines: 4 }),
    aCount({ phi: false, action: 'staff.list' }),
  ];
  expect(figuresOfWeek(counts)).toEqual({ lines: 15, people: 2, patient_data: 10, refused: 4, exports: 2, reveals: 5 });
});

describe('a week', () => {
  it('begins on Monday at the clinic, also where the clocks change in it', () => {
    expect(weekOf(ZONE, '2026-11-23')).toEqual({
      ...{ week: '2026-11-23', from: Date.UTC(2026, 10, 23, 5), to: Date.UTC(2026, 10, 30, 5) - 1 },
    });
    const autumn = weekOf(ZONE, '2026-10-26');
    expect(((autumn?.to ?? 0) - (autumn?.from ?? 0) + 1) / HOUR_MS).toBe(169);
    for (const day of ['2026-11-24', '2026-11-29', '2026-02-30', 'x']) expect(weekOf(ZONE, day)).toBeNull();
  });

  it('is listed from the newest to the one of the first line', () => {
    const weeks = weeksSince(ZONE, Date.UTC(2026, 10, 12), TEN, 26).map(({ week }) => week);
    expect(weeks).toEqual(['2026-11-23', '2026-11-16', '2026-11-09']);
    expect(weeksSince(ZONE, 0, TEN, 4)).toHaveLength(4);
  });

  it('is due when it is over, overdue a week later, and signed when it is', () => {
    const week = weekOf(ZONE, '2026-11-16')!;
    expect(weekStatus(week, false, week.to)).toBe('running');
    expect(weekStatus(week, false, week.to + 1)).toBe('due');
    expect(weekStatus(week, false, week.to + 7 * 24 * HOUR_MS + 1)).toBe('overdue');
    expect(weekStatus(week, true, week.to + 1e10)).toBe('signed');
  });
});
