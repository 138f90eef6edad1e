/** Which calls the worklist shows: what was chosen, and the address of a page of it. */
import type { CallStatus } from '../../domain/intake/call-record.ts';
import type { Call } from '../../store/calls.ts';
import type { Patient } from '../../store/patients.ts';
import type { Task } from '../../store/tasks.ts';
import type { ClinicClock } from './clinic-clock.tsx';

export interface CallsFilter {
  readonly status: CallStatus | null;
  readonly flagged: boolean;
  readonly reviewed: 'true' | 'false' | null;
  /** Days of the clinic, `YYYY-MM-DD`, both included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly patientId: string | null;
  readonly campaignId: string | null;
  /** `<questionnaire>:<version>`. */
  readonly version: string | null;
}

export interface CallList {
  readonly filter: CallsFilter;
  readonly calls: readonly Call[];
  readonly patients: ReadonlyMap<string, Patient>;
  /** The red-flag tasks, by call. */
  readonly flagTasks: ReadonlyMap<string, Task>;
  /** Red flags nobody has claimed, anywhere. */
  readonly alerts: number;
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly clock: ClinicClock;
  readonly now: number;
}

/** The query of a page of the list. Ids are opaque; nothing about a person is in it. */
export function callsQuery(filter: CallsFilter, cursor: string | null): string {
  const { status, flagged, reviewed, from, to, patientId, campaignId, version } = filter;
  const asked = {
    ...{ status, flagged: flagged ? 'true' : null, reviewed, from, to },
    ...{ patient_id: patientId, campaign_id: campaignId, version, cursor },
  };
  const given = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== null);
  const text = new URLSearchParams(given).toString();
  return text === '' ? '' : `?${text}`;
}

/** How many things were chosen. */
export const chosenIn = (filter: CallsFilter): number =>
  Object.values(filter).filter((chosen) => chosen !== null && chosen !== false).length;
