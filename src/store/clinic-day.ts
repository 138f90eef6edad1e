/** The clinic's own day: what date it is there, and when staff take calls. Time zones are the platform's (Intl). */
import { type OpeningHours, staffWindow } from '../domain/campaign/staff-hours.ts';
import type { Config } from '../env.ts';

/** `YYYY-MM-DD` where the clinic is. */
export const clinicDate = (timeZone: string, now: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);

/** Where staff are reached on a call that begins now; null: nowhere today. */
export function staffToday(clinic: Config['clinic'], now: number) {
  if (clinic.staff === null) return null;
  const { number, hours } = clinic.staff;
  const window = openToday(hours, clinic.timeZone, now);
  return window === null ? null : { number, ...window };
}

function openToday(hours: readonly OpeningHours[], timeZone: string, now: number) {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  }).formatToParts(now);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  const local = {
    day: part('weekday'),
    minute: Number(part('hour')) * 60 + Number(part('minute')) + Number(part('second')) / 60,
  };
  return staffWindow(hours, local, now);
}
