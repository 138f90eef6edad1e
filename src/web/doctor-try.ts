/** Looks of the doctor: each ends, whatever happens, and says why it saw nothing. Messages of errors stay inside: they can hold anything. */
import { DeadlineExceeded, withDeadline } from '../deadline.ts';
import type { Reading } from '../domain/doctor/finding.ts';
import type { Tried } from '../domain/doctor/platform.ts';

/** Long enough for a slow answer; several may stand one behind another. */
export const LOOK_MS = 4_000;

export async function reading<T>(look: () => Promise<T>, what: string): Promise<Reading<T>> {
  try {
    return { read: true, value: await withDeadline(look(), LOOK_MS) };
  } catch (error) {
    const why = error instanceof DeadlineExceeded ? 'did not answer in time.' : 'failed.';
    return { read: false, why: `${what} ${why}` };
  }
}

/** What throws has failed, and what answers false. */
export async function tried(look: () => Promise<boolean>): Promise<Tried> {
  try {
    return (await withDeadline(look(), LOOK_MS)) ? 'fine' : 'failed';
  } catch (error) {
    return error instanceof DeadlineExceeded ? 'late' : 'failed';
  }
}
