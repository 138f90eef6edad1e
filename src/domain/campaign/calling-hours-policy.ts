/**
 * When a patient may be called, as data with dates: the federal bound (TC-14), the states' windows (TC-15), and the states that want
 * a live introduction (TC-24). A change of law is a new version with its date, so that old decisions stay explained (TC-26). Most of
 * these rules bind telemarketing; they are kept for every call (TC-14, TC-27). The states' rows come from a vendor's table that was
 * incomplete: until a named person of the clinic has verified a row, the fallback binds beside it.
 */

/** Minutes after local midnight; `until` is not included. */
export interface Hours {
  readonly from: number;
  readonly until: number;
}
/** Null is a day without calls. */
export interface WeekHours {
  readonly weekdays: Hours | null;
  readonly saturday: Hours | null;
  readonly sunday: Hours | null;
  /** On a public holiday: `as_usual` is what the day of the week allows. */
  readonly holidays: 'as_usual' | 'closed';
}
interface StateHours {
  readonly state: string;
  readonly hours: WeekHours;
  /** Who of the clinic held this row against the law in force; null until somebody has. */
  readonly verifiedBy: string | null;
}
interface LiveIntroduction {
  readonly state: string;
  /** The counsel who confirmed that the clinic's calls fall under the exception; null blocks the state. */
  readonly liveIntroCleared: string | null;
}
export interface CallingHoursPolicy {
  readonly version: string;
  /** The first local date on which it counts, as an ISO date. */
  readonly effectiveFrom: string;
  /** Bounds every call, whatever a row says. */
  readonly federal: WeekHours;
  /** The widest that a verified row may open. */
  readonly verified: WeekHours;
  /** For a state without a row, and beside every row that nobody verified. */
  readonly fallback: WeekHours;
  readonly states: readonly StateHours[];
  readonly liveIntroduction: readonly LiveIntroduction[];
  /** No call starts in the last minutes of a window, so that it is over when the window is. */
  readonly lastMinutes: number;
}

const hours = (from: number, until: number): Hours => ({ from: from * 60, until: until * 60 });
const everyDay = (from: number, until: number): WeekHours => ({
  weekdays: hours(from, until),
  saturday: hours(from, until),
  sunday: hours(from, until),
  holidays: 'as_usual',
});
const noSunday = (from: number, until: number): WeekHours => ({ ...everyDay(from, until), sunday: null });
const noSundayOrHoliday = (from: number, until: number): WeekHours => ({
  ...noSunday(from, until),
  holidays: 'closed',
});
const weekdays = (from: number, until: number): WeekHours => ({ ...noSundayOrHoliday(from, until), saturday: null });
const row = (state: string, week: WeekHours): StateHours => ({ state, hours: week, verifiedBy: null });

export const CALLING_HOURS_POLICIES: readonly CallingHoursPolicy[] = [
  {
    version: '2026-11-28',
    effectiveFrom: '2026-01-01',
    federal: everyDay(8, 21),
    verified: noSunday(9, 20),
    fallback: weekdays(10, 18),
    states: [
      row('AL', noSundayOrHoliday(8, 20)),
      row('CT', everyDay(9, 20)),
      row('FL', everyDay(8, 20)),
      row('KY', everyDay(10, 21)),
      row('LA', noSundayOrHoliday(8, 20)),
      row('MA', everyDay(8, 20)),
      row('MD', everyDay(8, 20)),
      // 10 MRSA 1498(3), calls by machine: ends before the fallback does.
      row('ME', weekdays(9, 17)),
      row('MI', everyDay(9, 21)),
      row('MN', everyDay(9, 21)),
      row('MS', noSunday(8, 20)),
      row('NM', everyDay(9, 21)),
      row('NV', everyDay(9, 20)),
      row('OK', everyDay(8, 20)),
      // The table's Sunday (8-21, beside a Saturday that ends at noon) is not believed.
      row('PA', { ...noSundayOrHoliday(8, 21), saturday: hours(8, 12) }),
      // The table broke off after the weekdays; Saturday is as commonly given.
      row('RI', { ...noSundayOrHoliday(9, 18), saturday: hours(10, 17) }),
    ],
    // PUC 2874. The exception for an established relationship is counsel's to confirm.
    liveIntroduction: [{ state: 'CA', liveIntroCleared: null }],
    lastMinutes: 15,
  },
];

/** The version in force on a local date; null before the first, and then nobody is called. */
export function policyOn(
  date: string,
  policies: readonly CallingHoursPolicy[] = CALLING_HOURS_POLICIES,
): CallingHoursPolicy | null {
  let inForce: CallingHoursPolicy | null = null;
  for (const policy of policies)
    if (policy.effectiveFrom <= date && (inForce === null || policy.effectiveFrom >= inForce.effectiveFrom))
      inForce = policy;
  return inForce;
}

/** Which of a week's hours count on a day. */
type DayKind = 'weekdays' | 'saturday' | 'sunday';
export type DayClosed = 'saturday' | 'sunday' | 'holiday' | 'live_introduction';

/** What one state allows on one day: the strictest of all that binds it. */
export function hoursOn(
  policy: CallingHoursPolicy,
  state: string,
  day: { readonly kind: DayKind; readonly holiday: boolean },
): Hours | DayClosed {
  if (policy.liveIntroduction.some((rule) => rule.state === state && rule.liveIntroCleared === null))
    return 'live_introduction';
  const own = policy.states.find((candidate) => candidate.state === state);
  const binding = [
    policy.federal,
    ...(own === undefined ? [] : [own.hours]),
    own === undefined || own.verifiedBy === null ? policy.fallback : policy.verified,
  ];
  let [from, until] = [0, 1440];
  for (const week of binding) {
    const open = week[day.kind];
    if (open === null) return day.kind === 'sunday' ? 'sunday' : 'saturday';
    from = Math.max(from, open.from);
    until = Math.min(until, open.until);
  }
  if (day.holiday && binding.some((week) => week.holidays === 'closed')) return 'holiday';
  return { from, until };
}
