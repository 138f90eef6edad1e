/**
 * Places and local moments for the calling hours, and a second opinion that shares nothing with the code under test but the tables
 * and the policy's data: it asks Intl for each minute and intersects the hours by hand.
 */
import { AREA_CODES, STATE_ZONES } from '../../src/domain/campaign/area-codes.ts';
import type { Place } from '../../src/domain/campaign/calling-hours.ts';
import {
  CALLING_HOURS_POLICIES,
  type CallingHoursPolicy,
  type WeekHours,
} from '../../src/domain/campaign/calling-hours-policy.ts';
import { HOLIDAYS } from '../../src/domain/campaign/holidays.ts';

export const givenPlace = (areaCode: string, state: string | null = null, zone: string | null = null): Place => ({
  areaCode,
  state,
  zone,
});

/** The shipped policy after a clinic has verified every row and counsel has cleared California. */
export const VERIFIED: readonly CallingHoursPolicy[] = CALLING_HOURS_POLICIES.map((policy) => ({
  ...policy,
  states: policy.states.map((row) => ({ ...row, verifiedBy: 'Dr. Ada Example' })),
  liveIntroduction: policy.liveIntroduction.map((rule) => ({ ...rule, liveIntroCleared: 'Counsel Example' })),
}));
/** Rows still unverified, California cleared: its hours can be looked at. */
export const CLEARED: readonly CallingHoursPolicy[] = CALLING_HOURS_POLICIES.map((policy) => ({
  ...policy,
  liveIntroduction: [],
}));

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
  formats.set(zone, format);
  return format;
}

/** What the clock on the wall says. */
export function wallClock(zone: string, at: number): { weekday: string; date: string; minute: number } {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    weekday: parts['weekday'] ?? '',
    date: `${parts['year']}-${parts['month']}-${parts['day']}`,
    minute: Number(parts['hour']) * 60 + Number(parts['minute']),
  };
}

/** The first instant at which the clock of a zone says so: `2026-11-30 09:59`. */
export function instant(zone: string, local: string): number {
  const asUtc = Date.parse(`${local.replace(' ', 'T')}Z`);
  for (let at = asUtc - 14 * 3_600_000; at <= asUtc + 14 * 3_600_000; at += 900_000) {
    const { date, minute } = wallClock(zone, at);
    const distance = asUtc - (Date.parse(`${date}T00:00Z`) + minute * 60_000);
    if (distance >= 0 && distance < 900_000) return at + distance;
  }
  throw new Error(`${local} does not exist in ${zone}`);
}

/** Every zone and state a known place can be in. */
export function candidates({ areaCode, state, zone }: Place): { zones: string[]; states: string[] } {
  const code = AREA_CODES.get(areaCode);
  const zones = [...(code?.zones ?? []), ...(state === null ? [] : (STATE_ZONES.get(state) ?? []))];
  return {
    zones: zone === null ? zones : [...zones, zone],
    states: [...(code?.states ?? []), ...(state === null ? [] : [state])],
  };
}

/** Whether one state lets a call start at one wall-clock time. */
export function stateAllows(
  state: string,
  { weekday, date, minute }: ReturnType<typeof wallClock>,
  policies: readonly CallingHoursPolicy[],
): boolean {
  const policy = policies[0];
  if (policy === undefined || date < policy.effectiveFrom || date > '2032-12-31') return false;
  if (policy.liveIntroduction.some((rule) => rule.state === state && rule.liveIntroCleared === null)) return false;
  const row = policy.states.find((candidate) => candidate.state === state);
  const holiday = /US/.test(HOLIDAYS.get(date) ?? '') || (HOLIDAYS.get(date) ?? '').includes(state);
  const allows = (week: WeekHours): boolean => {
    const hours = weekday === 'Sun' ? week.sunday : weekday === 'Sat' ? week.saturday : week.weekdays;
    if (hours === null || (holiday && week.holidays === 'closed')) return false;
    return minute >= hours.from && minute < hours.until - policy.lastMinutes;
  };
  const beside = row === undefined || row.verifiedBy === null ? policy.fallback : policy.verified;
  return allows(policy.federal) && allows(beside) && (row === undefined || allows(row.hours));
}

export const secondOpinion = (place: Place, at: number, policies: readonly CallingHoursPolicy[]): boolean => {
  const { zones, states } = candidates(place);
  return zones.every((zone) => states.every((state) => stateAllows(state, wallClock(zone, at), policies)));
};
