/**
 * What somebody who looks through a week of the audit should not miss (HS-10): rules as data over its lines, counted by person, action
 * and hour. Each finding names the person and how often; whether it was right is for the reader to say.
 */

import { readDay, readMoment } from '../campaign/list-dates.ts';
import { clockOf, DAY_MS, isoDate, spanAt, weekdayOf } from '../campaign/local-clock.ts';
import { boundsOfDay, dayAt } from '../campaign/local-day.ts';

export const HOUR_MS = 3_600_000;

/** Lines alike of one hour. */
export interface AuditCount {
  readonly actorName: string;
  readonly action: string;
  readonly phi: boolean;
  readonly refused: boolean;
  /** Its first instant, epoch milliseconds. */
  readonly hour: number;
  readonly lines: number;
  /** How many patients they showed, all together. */
  readonly patients: number;
}

export const WEEK_RULES = [
  'refused_entry',
  'refused_burst',
  'mass_view',
  'many_reveals',
  'off_hours_view',
  'off_hours_export',
  'export',
  'roles_changed',
  'emergency_access',
  'trail_mended',
] as const;
export type WeekRuleId = (typeof WEEK_RULES)[number];

export interface Finding {
  readonly rule: WeekRuleId;
  readonly actorName: string;
  /** Of lines, or of patients where the rule counts those. */
  readonly count: number;
  /** The first hour of it, epoch milliseconds. */
  readonly from: number;
}

interface Rule {
  readonly id: WeekRuleId;
  readonly takes: (count: AuditCount, isOffHours: (hour: number) => boolean) => boolean;
  readonly counts: 'lines' | 'patients';
  /** Within which the count is made. */
  readonly within: 'hour' | 'day' | 'week';
  /** From so many on. */
  readonly from: number;
}

/** Of a file that goes on: its beginning was counted. */
const isRestOfExport = (action: string) => action === 'data.export_page';
const isExport = (action: string) => /\.export$|^campaign\.results$|^transcription\.results$/.test(action);
const isWholeRecord = (action: string) => action === 'patient.reveal' || action === 'patient.export';
/** A page that asks by itself is left open; whoever left it is signed off after a quarter of an hour. */
const isPoll = (action: string) => action.endsWith('_poll');
const seesPatients = ({ phi, refused, action }: AuditCount) =>
  phi && !refused && !isPoll(action) && !isRestOfExport(action);

const RULES: readonly Rule[] = [
  { id: 'refused_entry', takes: ({ action }) => action === 'access.denied', counts: 'lines', within: 'week', from: 1 },
  {
    ...{ id: 'refused_burst', counts: 'lines', within: 'hour', from: 10 },
    takes: ({ refused, action }) => refused && action !== 'access.denied',
  },
  {
    ...{ id: 'mass_view', counts: 'patients', within: 'hour', from: 200 },
    takes: (count) => seesPatients(count) && !isExport(count.action),
  },
  {
    ...{ id: 'many_reveals', counts: 'lines', within: 'day', from: 40 },
    takes: ({ action, refused }) => action === 'patient.reveal' && !refused,
  },
  {
    ...{ id: 'off_hours_view', counts: 'lines', within: 'week', from: 1 },
    takes: (count, isOffHours) => seesPatients(count) && !isExport(count.action) && isOffHours(count.hour),
  },
  {
    ...{ id: 'off_hours_export', counts: 'lines', within: 'week', from: 1 },
    takes: (count, isOffHours) => isExport(count.action) && !count.refused && isOffHours(count.hour),
  },
  {
    ...{ id: 'export', counts: 'lines', within: 'week', from: 1 },
    takes: (count, isOffHours) => isExport(count.action) && !count.refused && !isOffHours(count.hour),
  },
  {
    ...{ id: 'roles_changed', counts: 'lines', within: 'week', from: 1 },
    takes: ({ action, refused }) => /^staff\.(create|update|delete)$/.test(action) && !refused,
  },
  {
    ...{ id: 'emergency_access', counts: 'lines', within: 'week', from: 1 },
    takes: ({ action, refused }) => action === 'emergency.begin' && !refused,
  },
  { id: 'trail_mended', takes: ({ action }) => action === 'audit.refilled', counts: 'lines', within: 'week', from: 1 },
];

/** In the order of the rules, most first. */
export function findingsOf(counts: readonly AuditCount[], zone: string): Finding[] {
  const isOffHours = (hour: number) => isOutsideHours(zone, hour);
  return RULES.flatMap((rule) => {
    const groups = Map.groupBy(
      counts.filter((count) => rule.takes(count, isOffHours)),
      ({ actorName, hour }) => `${spanOf(rule, zone, hour)} ${actorName}`,
    );
    return [...groups.values()]
      .map(
        (group): Finding => ({
          ...{ rule: rule.id, actorName: group[0]?.actorName ?? '' },
          count: group.reduce((sum, each) => sum + each[rule.counts], 0),
          from: Math.min(...group.map(({ hour }) => hour)),
        }),
      )
      .filter(({ count }) => count >= rule.from)
      .toSorted((a, b) => b.count - a.count || a.from - b.from);
  });
}

function spanOf({ within }: Rule, zone: string, hour: number): string {
  if (within === 'week') return '';
  return within === 'hour' ? String(hour) : dayAt(zone, hour);
}

/** Before six, from ten at night, and on Sundays, at the clinic. */
function isOutsideHours(zone: string, at: number): boolean {
  const clock = clockOf(zone);
  const local = clock === null ? at : at + spanAt(clock, at).offsetMs;
  const hour = Math.floor((local % DAY_MS) / HOUR_MS);
  return hour < 6 || hour >= 22 || weekdayOf(Math.floor(local / DAY_MS)) === 0;
}

export interface WeekFigures {
  readonly lines: number;
  readonly people: number;
  /** Lines that could show patient data. */
  readonly patient_data: number;
  readonly refused: number;
  readonly exports: number;
  /** Whole records of patients, opened or taken along: an export of a patient is among the exports too. */
  readonly reveals: number;
}

export function figuresOfWeek(counts: readonly AuditCount[]): WeekFigures {
  const sum = (takes: (count: AuditCount) => boolean) =>
    counts.reduce((all, each) => all + (takes(each) ? each.lines : 0), 0);
  return {
    lines: sum(() => true),
    people: new Set(counts.map(({ actorName }) => actorName)).size,
    patient_data: sum(({ phi, refused }) => phi && !refused),
    refused: sum(({ refused }) => refused),
    exports: sum(({ action, refused }) => isExport(action) && !refused),
    reveals: sum(({ action, refused }) => isWholeRecord(action) && !refused),
  };
}

export interface AuditWeek {
  /** Its Monday, `YYYY-MM-DD`. */
  readonly week: string;
  /** Epoch milliseconds; both belong to it. */
  readonly from: number;
  readonly to: number;
}

/** Null: that day is no Monday. */
export function weekOf(zone: string, monday: string): AuditWeek | null {
  const midnight = readDay(monday) === monday ? readMoment(monday) : null;
  if (midnight === null || weekdayOf(midnight / DAY_MS) !== 1) return null;
  const [first, last] = [boundsOfDay(zone, monday), boundsOfDay(zone, isoDate(midnight / DAY_MS + 6))];
  return first === null || last === null ? null : { week: monday, from: first.from, to: last.to };
}

/** Every week from that of `since` to that of `now`, newest first, at most `most`. */
export function weeksSince(zone: string, since: number, now: number, most: number): AuditWeek[] {
  const weeks: AuditWeek[] = [];
  const today = (readMoment(dayAt(zone, now)) ?? 0) / DAY_MS;
  for (let monday = today - ((weekdayOf(today) + 6) % 7); weeks.length < most; monday -= 7) {
    const week = weekOf(zone, isoDate(monday));
    if (week === null || week.to < since) break;
    weeks.push(week);
  }
  return weeks;
}

/** So long after its end a week may wait. */
const REVIEW_WITHIN_MS = 7 * DAY_MS;

/** `running`: not over yet. */
export type WeekStatus = 'running' | 'signed' | 'due' | 'overdue';

export function weekStatus({ to }: AuditWeek, isSigned: boolean, now: number): WeekStatus {
  if (isSigned) return 'signed';
  if (now <= to) return 'running';
  return now > to + REVIEW_WITHIN_MS ? 'overdue' : 'due';
}
