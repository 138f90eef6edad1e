/** What an alert means and what to do about it, for people; one for each kind and subject that is told apart. Pure. */
import type { AlertKind } from './alert-rules.ts';

export interface AlertText {
  readonly name: string;
  readonly meaning: string;
  readonly toDo: string;
}

const TEXTS: Readonly<Record<AlertKind, AlertText>> = {
  line_down: {
    name: 'The line is down',
    meaning:
      'Calls cannot be made or followed: Telnyx refuses them, cannot be reached or tells us nothing of them, or this service’s own clock or queue stands still.',
    toDo: 'Run the doctor under Settings: it names the cause. Until then ring patients by hand, from the sheet for an outage under Tasks.',
  },
  failure_rate: {
    name: 'Many calls fail',
    meaning: 'At least half of the calls that ended in the last quarter of an hour failed.',
    toDo: 'Stop all dialing, then look at the failed calls and run the doctor under Settings.',
  },
  dead_letters: {
    name: 'Work was given up',
    meaning: 'A recording, a note that was to be handed on, or other work was tried many times and given up.',
    toDo: 'See why under Background work and Deliveries, mend it, and send it again there.',
  },
  audit_break: {
    name: 'The audit does not hold',
    meaning: 'A line of the audit was changed, removed or added behind this service’s back.',
    toDo: 'Verify it under Audit to see which line. Treat it as an incident: whoever has access to the database may have used it.',
  },
  database_behind: {
    name: 'The database is behind',
    meaning: 'The database was set back to an earlier time. Nobody is dialled until what is missing was written again.',
    toDo: 'Wait until the replay is done, then read what the doctor under Settings says has to be decided by a person.',
  },
  verification_failures: {
    name: 'Webhooks are refused',
    meaning: 'Messages that claim to come from Telnyx were not signed by it, or were signed too long ago.',
    toDo: 'If calls work, somebody is knocking: nothing is let in. If they do not, compare TELNYX_PUBLIC_KEY with the portal, and the clocks.',
  },
  denied_burst: {
    name: 'Many sign-ins are refused',
    meaning: 'Many requests came with no sign-in, a bad one, or by somebody without a role.',
    toDo: 'See the refused lines under Audit. If colleagues are locked out, check the Access application in Cloudflare.',
  },
  spend: {
    name: 'The daily budget',
    meaning:
      'Calls have cost most of what a day may cost, or all of it. When it is all, nobody new is dialled until tomorrow (UTC).',
    toDo: 'See which campaign it was. Raise SPEND_CAP_USD_PER_DAY only if the calls were meant.',
  },
  redaction: {
    name: 'Something was kept out of the log',
    meaning:
      'A log line would have held what looks like a number, a date or an address. It was blanked, but it is a fault of the program.',
    toDo: 'Report it with the version and the time. Nothing of a patient got out.',
  },
  emergency_access: {
    name: 'Emergency access was taken',
    meaning: 'Somebody took a clinician’s rights for an hour, and nobody has reviewed it yet.',
    toDo: 'Read why and what they looked at under Settings, Emergency access, and say whether it was justified.',
  },
};

export const alertText = (kind: AlertKind): AlertText => TEXTS[kind];
